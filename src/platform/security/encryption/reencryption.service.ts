import { Injectable } from '@nestjs/common';
import { FieldCipher } from '#secrets';
import { type SealedTable, StoredTables } from '#persistence';
import { type SealedRow, SealedValuesRepository } from './sealed-values.repository.js';

const BATCH_ROWS = 200;
const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

export interface ReencryptionProgress {
  table: string;
  /** Number of values that were encrypted again so far. */
  done: number;
  /** Number of values that no key of this server can decrypt. They stay unchanged. */
  unreadable: number;
}

/**
 * Encrypts stored values with the first key of FL_ENCRYPTION_KEY, so that previous keys can be removed.
 *
 * - works in small batches, in the order of ids, while servers run; it may be stopped and started again
 * - leaves a value alone that is changed or erased meanwhile
 */
@Injectable()
export class ReencryptionService {
  constructor(
    private readonly tables: StoredTables,
    private readonly repository: SealedValuesRepository,
    private readonly cipher: FieldCipher,
  ) {}

  /** Returns, by table, the number of values that are encrypted with a previous key. */
  async waiting(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const table of this.tables.sealed)
      counts[table.table] = await this.repository.countOther(table, this.cipher.currentKeyId);
    return counts;
  }

  async run(onProgress: (progress: ReencryptionProgress) => void = () => undefined): Promise<ReencryptionProgress[]> {
    const all: ReencryptionProgress[] = [];
    for (const table of this.tables.sealed) all.push(await this.runTable(table, onProgress));
    return all;
  }

  private async runTable(
    table: SealedTable,
    onProgress: (progress: ReencryptionProgress) => void,
  ): Promise<ReencryptionProgress> {
    const progress = { table: table.table, done: 0, unreadable: 0 };
    let after = LOWEST_ID;
    for (;;) {
      const rows = await this.repository.nextOther(table, this.cipher.currentKeyId, after, BATCH_ROWS);
      const last = rows.at(-1);
      if (!last) return progress;
      for (const [tenantId, group] of byTenant(rows)) {
        const changes = group.flatMap((row) => this.resealed(table, row, progress));
        await this.repository.replace({ tenantId }, table, changes);
        progress.done += changes.length;
      }
      after = last.id;
      onProgress({ ...progress });
    }
  }

  private resealed(
    { table }: SealedTable,
    { boundTo, id, tenantId, values }: SealedRow,
    progress: ReencryptionProgress,
  ): { id: string; column: string; before: string; next: string }[] {
    return Object.entries(values).flatMap(([column, before]) => {
      const place = { table, column, id: boundTo };
      try {
        return [
          {
            id,
            column,
            before,
            next: this.cipher.seal({ tenantId }, place, this.cipher.open({ tenantId }, place, before)),
          },
        ];
      } catch {
        progress.unreadable += 1;
        return [];
      }
    });
  }
}

function byTenant(rows: readonly SealedRow[]): Map<string, SealedRow[]> {
  const groups = new Map<string, SealedRow[]>();
  for (const row of rows) groups.set(row.tenantId, [...(groups.get(row.tenantId) ?? []), row]);
  return groups;
}
