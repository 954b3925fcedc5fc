/** A row whose prediction has not arrived. `time` is in milliseconds since 1970. */
export interface PendingItem {
  id: string;
  tenantId: string;
  time: number;
}

export interface LinkPassOptions<Row extends PendingItem> {
  /** Returns at most `limit` pending rows, ordered by time and id. Times are in milliseconds since 1970. */
  next(since: number, after: { time: number; id: string } | undefined, limit: number): Promise<Row[]>;
  /** Links the rows of one tenant whose predictions have arrived. Returns their number. */
  link(tenantId: string, rows: readonly Row[]): Promise<number>;
}

const BATCH_ROWS = 500;
const MAX_BATCHES = 20;

/**
 * Links pending rows in batches.
 *
 * - a round reads a limited number of batches, and the next round continues after them
 * - rows that cannot be linked are only read, so a million of them do not occupy the writer
 */
export class LinkPass<Row extends PendingItem> {
  private after: { time: number; id: string } | undefined;
  private since = 0;

  constructor(private readonly options: LinkPassOptions<Row>) {}

  /**
   * Continues the unfinished pass, or starts a new one at `since`, in milliseconds since 1970. Returns the number of
   * linked rows.
   */
  async round(since: number): Promise<number> {
    if (this.after === undefined) this.since = since;
    let linked = 0;
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const rows = await this.options.next(this.since, this.after, BATCH_ROWS);
      for (const [tenantId, group] of byTenant(rows)) linked += await this.options.link(tenantId, group);
      const last = rows.at(-1);
      this.after = last && rows.length === BATCH_ROWS ? { time: last.time, id: last.id } : undefined;
      if (this.after === undefined) break;
    }
    return linked;
  }
}

function byTenant<Row extends PendingItem>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.tenantId);
    if (group) group.push(row);
    else groups.set(row.tenantId, [row]);
  }
  return groups;
}
