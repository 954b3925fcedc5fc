/** Tables that PostgreSQL partitions by month on their UUID v7 `id`, which holds the time of the row. */
export const PARTITIONED_TABLES = ['predictions', 'metric_events'] as const;

export interface Partition {
  name: string;
  /** Half-open bounds, as ids. */
  from: string;
  to: string;
}

/** Returns the monthly partitions (UTC) of `table` that cover `from` to `to`, inclusive, in milliseconds since 1970. */
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

/**
 * Returns statements that create a partition unless it exists. Unlike CREATE … PARTITION OF, attaching does not lock
 * out readers and writers.
 */
export function createPartitionStatements(table: string, partition: Partition): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS "${partition.name}" (LIKE "${table}" INCLUDING ALL)`,
    `ALTER TABLE "${table}" ATTACH PARTITION "${partition.name}" FOR VALUES FROM ('${partition.from}') TO ('${partition.to}')`,
  ];
}

/** Selects the names of the attached partitions. `$1` is the name of the parent table. */
export const ATTACHED_PARTITIONS =
  'SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent ' +
  'WHERE p.relname = $1 AND p.relnamespace = quote_ident(current_schema())::regnamespace';

function lowestId(time: number): string {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
