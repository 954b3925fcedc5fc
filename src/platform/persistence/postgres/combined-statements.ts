import type { BulkGroup } from '../contract/database.js';
import { DURABLE_COMMIT, type NamedQuery } from './postgres-pool.js';

/**
 * Combines bulk inserts into one statement: one round trip, and one transaction without BEGIN and COMMIT.
 *
 * - its commit is durable
 * - a group whose rows must all be new counts them; if one exists, a division by zero undoes the whole statement, and
 *   `errors.ts` maps it to `RowsExistError`, because nothing else in the statement divides
 */
export class CombinedStatements {
  private readonly texts = new Map<string, { name: string; text: string }>();

  combine(groups: readonly BulkGroup[]): NamedQuery {
    const key = groups.map(({ allNew, insert }) => `${insert.table}${allNew ? '!' : ''}`).join(' ');
    let statement = this.texts.get(key);
    if (!statement) {
      statement = { name: `combined_${this.texts.size}`, text: textOf(groups) };
      this.texts.set(key, statement);
    }
    const counted = groups.filter(({ allNew }) => allNew);
    return {
      ...statement,
      values: [
        ...groups.map(({ insert, rows }) => insert.forPostgres(rows)),
        ...counted.map(({ rows }) => rows.length),
      ],
    };
  }
}

function textOf(groups: readonly BulkGroup[]): string {
  const steps = groups.map(
    ({ insert }, i) => `g${i} AS (${insert.postgres.text.replace('$1', `$${i + 1}`)} RETURNING 1)`,
  );
  const complete = groups
    .flatMap(({ allNew }, i) => (allNew ? [i] : []))
    .map((i, counted) => `(SELECT COUNT(*) FROM g${i}) = $${groups.length + counted + 1}::bigint`);
  const results = [
    DURABLE_COMMIT,
    ...(complete.length > 0 ? [`1 / CASE WHEN ${complete.join(' AND ')} THEN 1 ELSE 0 END AS complete`] : []),
  ];
  return `WITH ${steps.join(', ')} SELECT ${results.join(', ')}`;
}
