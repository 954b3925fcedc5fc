import 'reflect-metadata';
import { EntitySchema, type EntitySchemaColumnOptions, type EntitySchemaIndexOptions } from 'typeorm';
import * as types from './column-types.js';
import type { ColumnKind, ColumnType, DialectName } from './column-types.js';

interface PortableColumn {
  property: string;
  name: string;
  type: ColumnType;
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

/** `columns` of this table refer to a row of `target`, both by property. Deleting that row also deletes this one. */
export interface PortableForeignKey {
  name: string;
  target: EntityClass;
  columns: string[];
  references: string[];
}

export type EntityClass = abstract new (...args: never[]) => object;

const COLUMNS = Symbol('portable columns');
const TABLE = Symbol('portable table');

/**
 * Declares a table whose columns are described by their content. The dialect is chosen when a data source is created,
 * not when the file is imported, so that one process can use both databases.
 */
export function PortableEntity(
  name: string,
  indexes: EntitySchemaIndexOptions[] = [],
  foreignKeys: PortableForeignKey[] = [],
): ClassDecorator {
  return (target) => Reflect.defineMetadata(TABLE, { name, indexes, foreignKeys } satisfies PortableTable, target);
}

/** `predictionId` → `prediction_id`. */
export function columnNameOf(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function portableColumn(property: string, type: ColumnType, options: ColumnOptions = {}): PortableColumn {
  const name = options.name ?? columnNameOf(property);
  return {
    property,
    name,
    type,
    options,
    build: (dialect) => ({
      ...type.build(dialect),
      name,
      nullable: options.nullable ?? false,
      primary: options.primary ?? false,
      ...(options.default === undefined ? {} : { default: options.default }),
    }),
  };
}

function column(options: ColumnOptions, type: ColumnType): PropertyDecorator {
  return (target, property) => {
    const list = (Reflect.getMetadata(COLUMNS, target) as PortableColumn[] | undefined) ?? [];
    Reflect.defineMetadata(COLUMNS, [...list, portableColumn(String(property), type, options)], target);
  };
}

export const UuidColumn = (options: ColumnOptions = {}): PropertyDecorator => column(options, types.uuid());
export const TextColumn = (options: ColumnOptions = {}): PropertyDecorator => column(options, types.text());
export const StringColumn = (length: number, options: ColumnOptions = {}): PropertyDecorator =>
  column(options, types.string(length));
export const DoubleColumn = (options: ColumnOptions = {}): PropertyDecorator => column(options, types.double());
export const IntegerColumn = (options: ColumnOptions = {}): PropertyDecorator => column(options, types.integer());
export const CountColumn = (options: ColumnOptions = {}): PropertyDecorator => column(options, types.count());
export const SumColumn = (options: ColumnOptions = {}): PropertyDecorator => column(options, types.sum());
export const BooleanColumn = (options: ColumnOptions = {}): PropertyDecorator => column(options, types.boolean());
export const TimeColumn = (options: ColumnOptions = {}): PropertyDecorator => column(options, types.time());
export const JsonColumn = (options: ColumnOptions = {}): PropertyDecorator => column(options, types.json());

/** Returns an entity for a table that is declared by its columns (`defineTable`), for code that uses entities. */
export function entityOf(
  table: string,
  columns: Readonly<Record<string, ColumnType>>,
  indexes: readonly EntitySchemaIndexOptions[] = [],
  foreignKeys: readonly PortableForeignKey[] = [],
): EntityClass {
  const entity = { [table]: class {} }[table] as EntityClass;
  const metadata: PortableTable = { name: table, indexes: [...indexes], foreignKeys: [...foreignKeys] };
  Reflect.defineMetadata(TABLE, metadata, entity);
  const declared = Object.entries(columns).map(([name, type]) =>
    portableColumn(name, type, { nullable: type.isNullable, primary: type.isPrimary }),
  );
  Reflect.defineMetadata(COLUMNS, declared, entity.prototype as object);
  return entity;
}

/** Returns TypeORM's schema of an entity for one dialect. */
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

/** A column of an entity. */
export interface EntityColumn {
  property: string;
  name: string;
  kind: ColumnKind;
  nullable: boolean;
  maxLength: number | undefined;
}

export function columnsOf(entity: EntityClass): EntityColumn[] {
  const columns = Reflect.getMetadata(COLUMNS, entity.prototype as object) as PortableColumn[];
  return columns.map(({ name, options, property, type }) => ({
    property,
    name,
    kind: type.kind,
    nullable: options.nullable ?? false,
    maxLength: type.maxLength,
  }));
}

export function tableOf(entity: EntityClass): string {
  return (Reflect.getMetadata(TABLE, entity) as PortableTable).name;
}

/** Describes an entity for documents. */
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
