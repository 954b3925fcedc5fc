import type { DialectName } from './column-types.js';
import { describeColumns, type EntityClass } from './portable-columns.js';

const NOTICE = 'Generated from src/platform/persistence/schema by `npm run generate`; do not edit.';
const DIALECTS: DialectName[] = ['sqlite', 'postgresql'];

/** Returns `docs/schema.md`: every table with its columns, their types on both databases, and its indexes. */
export function schemaPage(entities: readonly EntityClass[]): string {
  const lines = ['# Schema', '', `<!-- ${NOTICE} -->`, ''];
  lines.push(
    'Times are UTC with millisecond precision: milliseconds since 1970 in SQLite, `timestamptz(3)` in PostgreSQL. Ids are UUID v7,',
  );
  lines.push('made by the server. `predictions` is partitioned by month on `id` in PostgreSQL.', '');
  const tables = entities.map(describeColumns).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const table of tables) {
    lines.push(`## ${table.name}`, '', '| column | SQLite | PostgreSQL | null |', '| --- | --- | --- | --- |');
    for (const column of table.columns) {
      const types = DIALECTS.map((dialect) => column.type(dialect));
      lines.push(
        `| \`${column.name}\`${column.primary ? ' (key)' : ''} | ${types.join(' | ')} | ${column.nullable ? 'yes' : 'no'} |`,
      );
    }
    lines.push('');
    for (const { name, unique, columns, where } of table.indexes) {
      lines.push(`- \`${name}\`${unique ? ' (unique)' : ''}: ${columns.join(', ')}${where ? ` where ${where}` : ''}`);
    }
    lines.push('');
  }
  return lines.join('\n');
}
