import {
  type BulkGroup,
  BulkInsert,
  type BulkRow,
  type Dialect,
  type Merge,
  type RetirementLedger,
} from '#persistence';
import { type RolledUp, type Rollup, rollUpDays, rollUpHours } from './rollup.js';

/** Columns that identify a rollup, apart from its writer. */
export const ROLLUP_KEY = ['tenant_id', 'start', 'model', 'model_version', 'label', 'cache_hit', 'source'] as const;

const MERGE: Record<string, Merge> = {
  predictions: 'sum',
  confidence_count: 'sum',
  confidence_sum: 'sum',
  latency_count: 'sum',
  latency_sum: 'sum',
  latency_max: 'greatest',
  earliest: 'least',
  latest: 'greatest',
  confidence_histogram: 'histogram',
  latency_histogram: 'histogram',
};

function rollupInsert(table: string): BulkInsert {
  return new BulkInsert(
    table,
    {
      tenant_id: 'uuid',
      start: 'timestamp',
      model: 'text',
      model_version: 'text',
      label: 'text',
      cache_hit: 'boolean',
      source: 'text',
      writer: 'text',
      predictions: 'count',
      confidence_count: 'count',
      confidence_sum: 'sum',
      latency_count: 'count',
      latency_sum: 'sum',
      latency_max: 'double',
      earliest: 'timestamp',
      latest: 'timestamp',
      confidence_histogram: 'histogram',
      latency_histogram: 'histogram',
    },
    { key: [...ROLLUP_KEY, 'writer'], merge: MERGE },
  );
}

export const HOURS = rollupInsert('prediction_rollup_hours');
export const DAYS = rollupInsert('prediction_rollup_days');
export const RETIRED = rollupInsert('prediction_rollup_retired');

/** Returns the rollups by hour and day that are written in the transaction of new predictions. */
export function rollUp(rows: readonly BulkRow[], writer: string): BulkGroup[] {
  const hours = rollUpHours(rows as unknown as readonly RolledUp[], writer);
  return [group(HOURS, hours), group(DAYS, rollUpDays(hours, writer))];
}

/** Table whose rows are rolled up. */
export const ROLLED_UP_TABLE = 'predictions';

/** Columns of a prediction that rollups need. */
export const ROLLED_UP_COLUMNS = [
  'tenant_id',
  'timestamp',
  'model',
  'model_version',
  'label',
  'cache_hit',
  'source',
  'confidence_score',
  'latency_ms',
] as const;

/** Converts a row of the database. */
export function toRolledUp(row: Record<string, unknown>, { readBoolean, readTime }: Dialect): RolledUp {
  const { cache_hit, timestamp, ...rest } = row as unknown as RolledUp;
  return { ...rest, cache_hit: readBoolean(cache_hit), timestamp: readTime(timestamp) };
}

/**
 * Statement that returns the number of stored predictions by tenant from the rollups, which is faster than counting
 * rows.
 */
export const ROWS_BY_TENANT =
  'SELECT tenant_id, SUM(n) AS n FROM (SELECT tenant_id, predictions AS n FROM prediction_rollup_days ' +
  'UNION ALL SELECT tenant_id, -predictions FROM prediction_rollup_retired) rollups GROUP BY tenant_id';

const KEY = ROLLUP_KEY.join(', ');
const NAMES = Object.keys(MERGE).join(', ');
const AGGREGATES: Record<Merge, (name: string) => string> = {
  sum: (name) => `SUM(${name})`,
  least: (name) => `MIN(${name})`,
  greatest: (name) => `MAX(${name})`,
  histogram: (name) => `sum_histograms(merge_histograms(${name}, ${name}_pending))`,
};
const SUMS = Object.entries(MERGE).map(([name, how]) => AGGREGATES[how](name));

/**
 * Records the predictions that retention deletes. Rollups still count them, and without this record no audit could
 * check them.
 */
export const RETIREMENT: RetirementLedger = {
  columns: ROLLED_UP_COLUMNS,
  entries: (rows, dialect) => [
    group(
      RETIRED,
      rollUpHours(
        rows.map((row) => toRolledUp(row, dialect)),
        '',
      ),
    ),
  ],
  // No prediction of the span is left, so everything that its hours count is retired.
  ofSpan: [
    'DELETE FROM prediction_rollup_retired WHERE start >= $1 AND start < $2',
    `INSERT INTO prediction_rollup_retired (${KEY}, writer, ${NAMES}) SELECT ${KEY}, '', ${SUMS.join(', ')} ` +
      `FROM prediction_rollup_hours WHERE start >= $1 AND start < $2 GROUP BY ${KEY}`,
  ],
};

/** Returns rollups as rows for a bulk insert. */
export function group(insert: BulkInsert, rollups: readonly Rollup[]): BulkGroup {
  return { insert, rows: rollups as unknown as readonly BulkRow[] };
}
