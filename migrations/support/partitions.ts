/** Tables that PostgreSQL partitions by month on their UUID v7 `id`, whose time is the row's own. */
export const PARTITIONED_TABLES = ['predictions', 'metric_events'] as const;

export interface Partition {
  name: string;
  /** Half-open bounds, ids. */
  from: string;
  to: string;
}

/** The monthly partitions (UTC) of `table` that together cover the milliseconds from `from` to `to`, both included. */
export function partitionsFor(table: string, from: number, to: number): Partition[] {
  const partitions: Partition[] = [];
  const first = new Date(from);
  let month = Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), 1);
  while (month <= to) {
    const date = new Date(month);
    const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
    const label = `${date.getUTCFullYear()}${String(date.getUTCMonth() + 1).padStart(2, '0')}`;
    partitions.push({ name: `${table}_p${label}`, from: lowestId(month), to: lowestId(next) });
    month = next;
  }
  return partitions;
}

/** Makes the partitions that are missing. Attaching, unlike CREATE … PARTITION OF, does not lock readers and writers out. */
export function createPartitionStatements(table: string, partition: Partition): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS "${partition.name}" (LIKE "${table}" INCLUDING ALL)`,
    `ALTER TABLE "${table}" ATTACH PARTITION "${partition.name}" FOR VALUES FROM ('${partition.from}') TO ('${partition.to}')`,
  ];
}

/** Names of the partitions that are attached, one parameter: the parent table's name. */
export const ATTACHED_PARTITIONS =
  'SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent ' +
  'WHERE p.relname = $1 AND p.relnamespace = current_schema()::regnamespace';

function lowestId(time: number): string {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
