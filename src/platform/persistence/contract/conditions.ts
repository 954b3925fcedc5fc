import { smallestIdAt, type TimeRange } from '#kernel';
import type { Dialect } from './dialect.js';

/**
 * Placeholders for a list of values, such as `$2, $3, $4`.
 * @param from number of the first one; by default 2, since `$1` is the tenant
 */
export function placeholders(values: readonly unknown[], from = 2): string {
  return values.map((_, i) => `$${i + from}`).join(', ');
}

/**
 * The conditions of a statement about one tenant, joined with AND, and the values they bind. `$1` is the tenant; `values` are the rest.
 *
 * Parts of one statement, such as those of a UNION, share `values`.
 */
export class Conditions {
  private readonly texts = ['tenant_id = $1'];

  constructor(
    private readonly dialect: Dialect,
    readonly values: unknown[] = [],
  ) {}

  /** Binds a value and returns its placeholder. */
  bind(value: unknown): string {
    return `$${this.values.push(value) + 1}`;
  }

  /** Adds a condition; each `?` in it takes one value. */
  add(text: string, ...values: unknown[]): this {
    this.texts.push(this.fill(text, ...values));
    return this;
  }

  /** Returns SQL with each `?` bound to one value, for the parts of a statement that are no condition. */
  fill(text: string, ...values: unknown[]): string {
    return values.reduce<string>((filled, value) => filled.replace('?', () => this.bind(value)), text);
  }

  /** Adds `column = value` for each value that is neither undefined nor null. */
  equal(values: Readonly<Record<string, unknown>>): this {
    for (const [column, value] of Object.entries(values)) if (value != null) this.add(`${column} = ?`, value);
    return this;
  }

  /**
   * Adds a half-open range of times, in milliseconds since 1970.
   * @param timeInId the ids are UUIDs v7 of the same time: their bounds let PostgreSQL skip the partitions of other months
   */
  within(column: string, { from, to }: Partial<TimeRange>, { timeInId = false } = {}): this {
    if (from !== undefined) this.add(`${column} >= ?`, this.dialect.time(from));
    if (from !== undefined && timeInId) this.add('id >= ?', smallestIdAt(from));
    if (to !== undefined) this.add(`${column} < ?`, this.dialect.time(to));
    if (to !== undefined && timeInId) this.add('id < ?', smallestIdAt(to));
    return this;
  }

  toString(): string {
    return this.texts.join(' AND ');
  }
}
