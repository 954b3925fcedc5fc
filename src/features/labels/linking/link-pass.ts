/** A row that waits for its prediction; `time` in milliseconds since 1970. */
export interface Waiting {
  id: string;
  tenantId: string;
  time: number;
}

export interface LinkPassOptions<Row extends Waiting> {
  /** The next rows that wait, by time and id. */
  next(since: number, after: { time: number; id: string } | undefined, limit: number): Promise<Row[]>;
  /** Links those of one tenant whose prediction is here. Answers how many. */
  settle(tenantId: string, rows: readonly Row[]): Promise<number>;
}

const BATCH_ROWS = 500;
const MAX_BATCHES = 20;

/**
 * Goes through what waits in bounded steps, reading only: the writer is asked for what can be linked, never for what cannot. A million
 * rows that will never be linked cost some reads a round.
 */
export class LinkPass<Row extends Waiting> {
  private after: { time: number; id: string } | undefined;
  private since = 0;

  constructor(private readonly options: LinkPassOptions<Row>) {}

  /** Begins anew at `since`, unless the pass before has not come to its end. Answers how many were linked. */
  async round(since: number): Promise<number> {
    if (this.after === undefined) this.since = since;
    let linked = 0;
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const rows = await this.options.next(this.since, this.after, BATCH_ROWS);
      for (const [tenantId, group] of byTenant(rows)) linked += await this.options.settle(tenantId, group);
      const last = rows.at(-1);
      this.after = last && rows.length === BATCH_ROWS ? { time: last.time, id: last.id } : undefined;
      if (this.after === undefined) break;
    }
    return linked;
  }
}

function byTenant<Row extends Waiting>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.tenantId);
    if (group) group.push(row);
    else groups.set(row.tenantId, [row]);
  }
  return groups;
}
