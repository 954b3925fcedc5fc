import { Injectable } from '@nestjs/common';
import { FieldCipher, type FieldPlace } from '#secrets';
import { type BulkGroup, type BulkRow, DataRefusedError, type SealedTable, StoredTables } from '#persistence';
import { type Claim, placeOfAnswer } from '../idempotency/claim.js';
import type { RecordBatch } from '../commit/record-batch.js';

/**
 * Encrypts the values of spooled rows with the current key before they are replayed. A server that starts in an outage
 * may have other keys than its database, and learns that only afterwards.
 */
@Injectable()
export class SealedRows {
  private sealed: ReadonlyMap<string, SealedTable> | undefined;

  constructor(
    private readonly tables: StoredTables,
    private readonly cipher: FieldCipher,
  ) {}

  /** @throws DataRefusedError when this server does not have the key of a value; the row then becomes a dead letter */
  renew(batch: RecordBatch): RecordBatch {
    try {
      const parts = batch.parts.map((part) => this.renewPart(part));
      return { ...batch, parts, ...(batch.claim ? { claim: this.renewClaim(batch.claim) } : {}) };
    } catch (error) {
      throw new DataRefusedError(error);
    }
  }

  private renewPart(part: BulkGroup): BulkGroup {
    // Tables are registered after this service is created.
    this.sealed ??= new Map(this.tables.sealed.map((table) => [table.table, table]));
    const table = this.sealed.get(part.insert.table);
    return table ? { ...part, rows: part.rows.map((row) => this.renewRow(table, row)) } : part;
  }

  private renewRow({ boundTo = 'id', columns, table }: SealedTable, row: BulkRow): BulkRow {
    const renewed: Record<string, unknown> = { ...row };
    for (const { name: column } of columns) {
      const value = row[column];
      if (typeof value === 'string')
        renewed[column] = this.renewValue(String(row.tenant_id), { table, column, id: String(row[boundTo]) }, value);
    }
    return renewed;
  }

  private renewClaim(claim: Claim): Claim {
    const renew = (answer: string): string => this.renewValue(claim.tenantId, placeOfAnswer(claim.keyHash), answer);
    return { ...claim, answers: { database: renew(claim.answers.database), spool: renew(claim.answers.spool) } };
  }

  private renewValue(tenantId: string, place: FieldPlace, value: string): string {
    return this.cipher.renew({ tenantId }, place, value);
  }
}
