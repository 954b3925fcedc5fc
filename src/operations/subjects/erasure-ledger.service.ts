import { codeOf } from '#kernel';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';

/** What stands for a whole tenant where others have the hash of a subject. */
export const WHOLE_TENANT = '*';
const LEDGER = 'erasures.jsonl';

export interface LedgerEntry {
  tenant_id: string;
  /** Of a subject, or `*`. */
  subject_hash: string;
  requested_at: number;
}

/**
 * Who was erased: a file beside the data and not in a backup of the database, so that a restore can be cleaned again. Every server notes
 * what any of them has erased, so that each has the whole of it.
 */
@Injectable()
export class ErasureLedger {
  private known: Set<string> | undefined;

  constructor(private readonly config: FeedbackLoopConfig) {}

  /** Durable when it resolves. What is in it already is not noted again. */
  async note(entries: readonly LedgerEntry[]): Promise<void> {
    this.known ??= new Set((await this.read()).map(keyOf));
    const fresh = entries.filter((entry) => !this.known?.has(keyOf(entry)));
    if (fresh.length === 0) return;
    await mkdir(this.config.server.dataDir, { recursive: true, mode: 0o700 });
    const file = await open(this.path, 'a', 0o600);
    try {
      // On a line of its own, whatever a crash has left of the one before.
      await file.writeFile(fresh.map((entry) => `\n${JSON.stringify(entry)}\n`).join(''));
      await file.datasync();
    } finally {
      await file.close();
    }
    for (const entry of fresh) this.known.add(keyOf(entry));
  }

  /**
   * `path`: another server's. A line that a crash has torn is left out; without a file of this server there are none.
   * @throws the file system's error when a file cannot be read, or one that is named is not there
   */
  async read(path?: string): Promise<LedgerEntry[]> {
    const text = await readFile(path ?? this.path, 'utf8').catch((error: unknown) => {
      if (path !== undefined || codeOf(error) !== 'ENOENT') throw error;
      return '';
    });
    return text.split('\n').flatMap(toEntry);
  }

  private get path(): string {
    return join(this.config.server.dataDir, LEDGER);
  }
}

function keyOf({ requested_at, subject_hash, tenant_id }: LedgerEntry): string {
  return `${tenant_id} ${subject_hash} ${requested_at}`;
}

function toEntry(line: string): LedgerEntry[] {
  try {
    return [JSON.parse(line) as LedgerEntry];
  } catch {
    return [];
  }
}
