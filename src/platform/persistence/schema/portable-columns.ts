import 'reflect-metadata';
import {
  EntitySchema,
  type EntitySchemaColumnOptions,
  type EntitySchemaIndexOptions,
  type ValueTransformer,
} from 'typeorm';

export type DialectName = 'sqlite' | 'postgresql';

interface PortableColumn {
  property: string;
  name: string;
  options: ColumnOptions;
  build(dialect: DialectName): EntitySchemaColumnOptions;
}

export interface ColumnOptions {
  name?: string;
  nullable?: boolean;
  primary?: boolean;
  default?: string;
}

interface PortableTable {
  name: string;
  indexes: EntitySchemaIndexOptions[];
  foreignKeys: PortableForeignKey[];
}

/** `columns` of this table name a row of `target`; both by property. Deleting that row deletes this one. */
export interface PortableForeignKey {
  name: string;
  target: EntityClass;
  columns: string[];
  references: string[];
}

type EntityClass = abstract new (...args: never[]) => object;

const COLUMNS = Symbol('portable columns');
const TABLE = Symbol('portable table');

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

/**
 * Declares a table whose columns are named by what they hold; the dialect is chosen when a data source is made, never when the
 * file is imported, so that one process can speak to both.
 */
export function PortableEntity(
  name: string,
  indexes: EntitySchemaIndexOptions[] = [],
  foreignKeys: PortableForeignKey[] = [],
): ClassDecorator {
  return (target) => Reflect.defineMetadata(TABLE, { name, indexes, foreignKeys } satisfies PortableTable, target);
}

function column(
  options: ColumnOptions,
  build: (dialect: DialectName) => Omit<EntitySchemaColumnOptions, 'name' | 'nullable' | 'primary'>,
): PropertyDecorator {
  return (target, property) => {
    const list = (Reflect.getMetadata(COLUMNS, target) as PortableColumn[] | undefined) ?? [];
    const name = options.name ?? String(property).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const entry: PortableColumn = {
      property: String(property),
      name,
      options,
      build: (dialect) => ({
        ...build(dialect),
        name,
        nullable: options.nullable ?? false,
        primary: options.primary ?? false,
        ...(options.default === undefined ? {} : { default: options.default }),
      }),
    };
    Reflect.defineMetadata(COLUMNS, [...list, entry], target);
  };
}

export const UuidColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  column(options, (dialect) => ({ type: dialect === 'sqlite' ? 'text' : 'uuid' }));

export const TextColumn = (options: ColumnOptions = {}): PropertyDecorator => column(options, () => ({ type: 'text' }));

export const StringColumn = (length: number, options: ColumnOptions = {}): PropertyDecorator =>
  column(options, () => ({ type: 'varchar', length }));

export const DoubleColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  column(options, (dialect) => ({ type: dialect === 'sqlite' ? 'real' : 'double precision' }));

export const IntegerColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  column(options, () => ({ type: 'integer' }));

/** Whole numbers to 2^53. */
export const CountColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  column(options, (dialect) => ({ type: dialect === 'sqlite' ? 'integer' : 'bigint' }));

/** Whole numbers of any size; beyond 64 bits SQLite keeps the nearest double. */
export const SumColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  column(options, (dialect) =>
    dialect === 'sqlite' ? { type: 'integer' } : { type: 'numeric', precision: 38, scale: 0 },
  );

export const BooleanColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  column(options, () => ({ type: 'boolean', transformer: booleanTransformer }));

export const TimeColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  column(options, (dialect) =>
    dialect === 'sqlite'
      ? { type: 'integer', transformer: timeTransformer(dialect) }
      : { type: 'timestamp with time zone', precision: 3, transformer: timeTransformer(dialect) },
  );

export const BytesColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  column(options, (dialect) => ({ type: dialect === 'sqlite' ? 'blob' : 'bytea' }));

export const JsonColumn = (options: ColumnOptions = {}): PropertyDecorator =>
  column(options, (dialect) => ({
    type: dialect === 'sqlite' ? 'text' : 'jsonb',
    transformer: jsonTransformer(dialect),
  }));

/** The declared entity as TypeORM's schema for one dialect. */
export function toEntitySchema(entity: EntityClass, dialect: DialectName): EntitySchema {
  const table = Reflect.getMetadata(TABLE, entity) as PortableTable | undefined;
  const columns = Reflect.getMetadata(COLUMNS, entity.prototype as object) as PortableColumn[] | undefined;
  if (!table || !columns) throw new Error(`${entity.name} declares no table or no columns`);
  return new EntitySchema({
    name: entity.name,
    target: entity,
    tableName: table.name,
    columns: Object.fromEntries(columns.map((each) => [each.property, each.build(dialect)])),
    indices: table.indexes,
    foreignKeys: table.foreignKeys.map((key) => ({
      name: key.name,
      target: key.target.name,
      columnNames: key.columns,
      referencedColumnNames: key.references,
      onDelete: 'CASCADE' as const,
    })),
  });
}

export interface TableDescription {
  name: string;
  columns: { name: string; primary: boolean; nullable: boolean; type(dialect: DialectName): string }[];
  indexes: { name: string; unique: boolean; columns: string[]; where: string | undefined }[];
}

/** A column of a declared entity. */
export interface EntityColumn {
  property: string;
  name: string;
  kind: 'time' | 'json' | 'boolean' | 'other';
}

const KINDS: Record<string, EntityColumn['kind']> = {
  'timestamp with time zone': 'time',
  jsonb: 'json',
  boolean: 'boolean',
};

export function columnsOf(entity: EntityClass): EntityColumn[] {
  const columns = Reflect.getMetadata(COLUMNS, entity.prototype as object) as PortableColumn[];
  return columns.map(({ build, name, property }) => ({
    property,
    name,
    kind: KINDS[String(build('postgresql').type)] ?? 'other',
  }));
}

export function tableOf(entity: EntityClass): string {
  return (Reflect.getMetadata(TABLE, entity) as PortableTable).name;
}

/** The declared entity in words, for documents. */
export function describeColumns(entity: EntityClass): TableDescription {
  const table = Reflect.getMetadata(TABLE, entity) as PortableTable;
  const columns = Reflect.getMetadata(COLUMNS, entity.prototype as object) as PortableColumn[];
  const nameOf = (property: string): string => columns.find((column) => column.property === property)?.name ?? property;
  return {
    name: table.name,
    columns: columns.map((column) => ({
      name: column.name,
      primary: column.options.primary ?? false,
      nullable: column.options.nullable ?? false,
      type: (dialect) => {
        const { type, length, precision, scale } = column.build(dialect);
        const size = scale === undefined ? (length ?? precision) : `${precision ?? ''},${scale}`;
        return `${String(type)}${size ? `(${size})` : ''}`;
      },
    })),
    indexes: table.indexes.map(({ name, unique, columns: properties, where }) => ({
      name: name ?? '',
      unique: unique ?? false,
      columns: (properties as string[]).map(nameOf),
      where,
    })),
  };
}
