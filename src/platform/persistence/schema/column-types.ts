import type { EntitySchemaColumnOptions, ValueTransformer } from 'typeorm';

export type DialectName = 'sqlite' | 'postgresql';

export type ColumnKind =
  'uuid' | 'text' | 'double' | 'integer' | 'count' | 'sum' | 'boolean' | 'time' | 'json' | 'bytes';

type Build = (dialect: DialectName) => Omit<EntitySchemaColumnOptions, 'name' | 'nullable' | 'primary' | 'default'>;

/** A column of a table, described by its content. `T` is the type of its value in TypeScript. */
export interface ColumnType<T = unknown> {
  readonly kind: ColumnKind;
  readonly isNullable: boolean;
  readonly isPrimary: boolean;
  /** Maximum length in characters; undefined: unlimited. */
  readonly maxLength: number | undefined;
  readonly build: Build;
  /** Carries `T`; has no value at run time. */
  readonly valueType?: T;
}

/** Times are integers (milliseconds since 1970) in SQLite, `timestamptz` in PostgreSQL, and milliseconds in TypeScript. */
const timeTransformer = (dialect: DialectName): ValueTransformer => ({
  to: (value: number | null | undefined) => (value == null || dialect === 'sqlite' ? value : new Date(value)),
  from: (value: Date | number | null) => (value instanceof Date ? value.getTime() : value),
});

const jsonTransformer = (dialect: DialectName): ValueTransformer => ({
  to: (value: unknown) => (value == null || dialect === 'postgresql' ? value : JSON.stringify(value)),
  from: (value: unknown) =>
    typeof value === 'string' && dialect === 'sqlite' ? (JSON.parse(value) as unknown) : value,
});

const booleanTransformer: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: unknown) => (typeof value === 'number' ? value !== 0 : value),
};

function type<T>(kind: ColumnKind, build: Build, maxLength?: number): ColumnType<T> {
  return { kind, isNullable: false, isPrimary: false, maxLength, build };
}

export const uuid = (): ColumnType<string> =>
  type('uuid', (dialect) => ({ type: dialect === 'sqlite' ? 'text' : 'uuid' }));

export const text = <T extends string = string>(): ColumnType<T> => type('text', () => ({ type: 'text' }));

/** A text of at most `length` characters. */
export const string = <T extends string = string>(length: number): ColumnType<T> =>
  type('text', () => ({ type: 'varchar', length }), length);

export const double = (): ColumnType<number> =>
  type('double', (dialect) => ({ type: dialect === 'sqlite' ? 'real' : 'double precision' }));

export const integer = (): ColumnType<number> => type('integer', () => ({ type: 'integer' }));

/** Integers up to 2^53. */
export const count = (): ColumnType<number> =>
  type('count', (dialect) => ({ type: dialect === 'sqlite' ? 'integer' : 'bigint' }));

/** Integers of any size; beyond 64 bits SQLite stores the nearest double. */
export const sum = (): ColumnType<bigint> =>
  type('sum', (dialect) => (dialect === 'sqlite' ? { type: 'integer' } : { type: 'numeric', precision: 38, scale: 0 }));

export const boolean = (): ColumnType<boolean> =>
  type('boolean', () => ({ type: 'boolean', transformer: booleanTransformer }));

/** Milliseconds since 1970. */
export const time = (): ColumnType<number> =>
  type('time', (dialect) =>
    dialect === 'sqlite'
      ? { type: 'integer', transformer: timeTransformer(dialect) }
      : { type: 'timestamp with time zone', precision: 3, transformer: timeTransformer(dialect) },
  );

/** Base64 in a row on its way to the database; bytes in the database. */
export const bytes = (): ColumnType<string> =>
  type('bytes', (dialect) => ({ type: dialect === 'sqlite' ? 'blob' : 'bytea' }));

export const json = <T>(): ColumnType<T> =>
  type('json', (dialect) => ({
    type: dialect === 'sqlite' ? 'text' : 'jsonb',
    transformer: jsonTransformer(dialect),
  }));

export const nullable = <T>(column: ColumnType<T>): ColumnType<T | null> => ({ ...column, isNullable: true });

export const primary = <T>(column: ColumnType<T>): ColumnType<T> => ({ ...column, isPrimary: true });
