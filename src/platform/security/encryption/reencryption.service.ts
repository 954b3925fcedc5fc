import { Injectable } from '@nestjs/common';
import { FieldCipher } from '#secrets';
import { type SealedTable, StoredTables } from '#persistence';
import { type SealedRow, SealedValuesRepository } from './sealed-values.repository.js';

const BATCH_ROWS = 200;
const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

export interface ReencryptionProgress {
  table: string;
  /** Values sealed anew so far. */
  done: number;
  /** Values that no key of this server opens; they stay as they are. */
  unreadable: number;
}

/**
 * Seals stored values with the newest of FL_ENCRYPTION_KEY, so that older keys can be thrown away.
 *
 * In small batches by id beside a running server; may be stopped and started again. A value that is changed or erased meanwhile is
 * left alone.
 */
@Injectable()
export class ReencryptionService {
  constructor(
    private readonly tables: StoredTables,
    private readonly repository: SealedValuesRepository,
    private readonly cipher: FieldCipher,
  ) {}

  /** By table, how many values are sealed with another key than the newest. */
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
