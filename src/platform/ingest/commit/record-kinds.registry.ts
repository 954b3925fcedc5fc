import { Injectable } from '@nestjs/common';
import type { BulkInsert } from '#persistence';

/** What can be recorded, by table: features register theirs when they are loaded, so that a spool can be replayed at the start. */
@Injectable()
export class RecordKinds {
  private readonly kinds = new Map<string, BulkInsert>();

  register(insert: BulkInsert): void {
    this.kinds.set(insert.table, insert);
  }

  get all(): ReadonlyMap<string, BulkInsert> {
    return this.kinds;
  }
}
