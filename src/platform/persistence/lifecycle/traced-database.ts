import { type SpanAttributes, traced } from '#observability';
import type { Database } from '../contract/database.js';

const METHODS = ['commit', 'write', 'read', 'analyze', 'lookup', 'transaction'] as const;
const TEXTS: ReadonlySet<string> = new Set(['read', 'analyze', 'lookup']);

/** Wraps every call that waits for the database in a span. A span holds the statement, but not its parameters. */
export function withSpans(database: Database): Database {
  const system = database.dialect.name;
  for (const name of METHODS) {
    const call = (database[name] as (...args: unknown[]) => Promise<unknown>).bind(database);
    const wrapped = (...args: unknown[]): Promise<unknown> => {
      const attributes: SpanAttributes = { 'db.system.name': system, 'db.operation.name': name };
      if (TEXTS.has(name)) attributes['db.query.text'] = String(args[0]);
      return traced(`db ${name}`, attributes, () => call(...args));
    };
    Object.defineProperty(database, name, { value: wrapped });
  }
  return database;
}
