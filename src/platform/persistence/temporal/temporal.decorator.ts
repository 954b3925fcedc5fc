import 'reflect-metadata';

/**
 * How the changes of an entity are kept.
 *
 * - `none`: only the current row
 * - `copy_on_change`: the current row, plus a table with the changed values, the time and the author of each change
 * - `scd2`: one row per version with its period of validity (slowly changing dimension type 2; R. Kimball, The Data
 *   Warehouse Toolkit, 1996): `record_id`, `valid_from`, and `valid_to`, which is null for the current version
 */
export type TemporalStrategy = 'none' | 'copy_on_change' | 'scd2';

export interface TemporalOptions {
  strategy: TemporalStrategy;
  /** Name of a record in messages. */
  displayName: string;
  /** Properties that may change. */
  tracked: readonly string[];
}

/** An entity class that has `id`, `tenantId`, `version`, `createdAt` and `deletedAt`. */
export type TemporalEntity<T extends object = object> = abstract new (...args: never[]) => T;

interface HistoryLink {
  entity: TemporalEntity;
  /** Property that holds the id of the record. */
  key: string;
}

const OPTIONS = Symbol('temporal');
const HISTORY = Symbol('history');

/** Declares how changes are kept, for `TemporalStore`. */
export function Temporal(options: TemporalOptions): ClassDecorator {
  return (target) => Reflect.defineMetadata(OPTIONS, options, target);
}

/**
 * Declares the history table of an entity with `copy_on_change`: `version`, `changed_at`, `changed_by`, `changes`, and
 * `key`, which holds the id of the record.
 */
export function HistoryOf(entity: TemporalEntity, key: string): ClassDecorator {
  return (target) =>
    Reflect.defineMetadata(HISTORY, { entity: target as unknown as TemporalEntity, key } satisfies HistoryLink, entity);
}

/** @throws Error when the entity is not declared, which is a bug */
export function temporalOptions(entity: TemporalEntity): TemporalOptions {
  const options = Reflect.getMetadata(OPTIONS, entity) as TemporalOptions | undefined;
  if (!options) throw new Error(`${entity.name} does not declare @Temporal`);
  return options;
}

export function historyOf(entity: TemporalEntity): HistoryLink {
  const link = Reflect.getMetadata(HISTORY, entity) as HistoryLink | undefined;
  if (!link) throw new Error(`${entity.name} has no history table`);
  return link;
}
