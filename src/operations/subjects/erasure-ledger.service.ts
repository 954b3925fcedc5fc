import { codeOf } from '#kernel';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';

/** Replaces the hash of a subject in the erasure of a whole tenant. */
export const WHOLE_TENANT = '*';
const LEDGER = 'erasures.jsonl';

export interface LedgerEntry {
  tenant_id: string;
  /** Hash of a subject, or `*` for a whole tenant. */
  subject_hash: string;
  /** Milliseconds since 1970. */
  requested_at: number;
}

/**
 * Records erasures in a file beside the data. The file is not part of a database backup, so that erasures can be
 * applied again after a restore. Every server records the erasures of all servers, so that each ledger is complete.
 */
@Injectable()
export class ErasureLedger {
  private knownKeys: Set<string> | undefined;

  constructor(private readonly config: FeedbackLoopConfig) {}

  /** Appends the entries that the ledger does not contain yet. They are durable when the promise resolves. */
  async append(entries: readonly LedgerEntry[]): Promise<void> {
    this.knownKeys ??= new Set((await this.read()).map(keyOf));
    const newEntries = entries.filter((entry) => !this.knownKeys?.has(keyOf(entry)));
    if (newEntries.length === 0) return;
    await mkdir(this.config.server.dataDir, { recursive: true, mode: 0o700 });
    const file = await open(this.path, 'a', 0o600);
    try {
      // Starts with a line break, because a crash may have left an incomplete last line.
      await file.writeFile(newEntries.map((entry) => `\n${JSON.stringify(entry)}\n`).join(''));
      await file.datasync();
    } finally {
      await file.close();
    }
    for (const entry of newEntries) this.knownKeys.add(keyOf(entry));
  }

  /**
   * Reads this server's ledger, or the one at `path`. Skips lines that a crash left incomplete. Returns no entries if
   * this server has no ledger yet.
   *
   * @throws the file system's error if a file cannot be read, or if there is no file at `path`
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
