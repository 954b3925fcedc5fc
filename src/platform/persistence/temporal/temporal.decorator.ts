import 'reflect-metadata';

/**
 * How changes of an entity are kept.
 *
 * - `none`: the row as it is now
 * - `copy_on_change`: the row as it is now, and what was changed, when and by whom, in a table beside it
 * - `scd2`: one row for each version with the time it was good for (slowly changing dimension type 2; R. Kimball, The Data Warehouse
 *   Toolkit, 1996): `record_id`, `valid_from`, `valid_to`, which is null for the current one
 */
export type TemporalStrategy = 'none' | 'copy_on_change' | 'scd2';

export interface TemporalOptions {
  strategy: TemporalStrategy;
  /** What one is called in messages. */
  what: string;
  /** Properties that may change. */
  tracked: readonly string[];
}

/** An entity class that has `id`, `tenantId`, `version`, `createdAt` and `deletedAt`. */
export type TemporalEntity<T extends object = object> = abstract new (...args: never[]) => T;

interface HistoryLink {
  entity: TemporalEntity;
  /** The property that names the record. */
  key: string;
}

const OPTIONS = Symbol('temporal');
const HISTORY = Symbol('history');

/** Declares how changes are kept; `TemporalStore` does it. */
export function Temporal(options: TemporalOptions): ClassDecorator {
  return (target) => Reflect.defineMetadata(OPTIONS, options, target);
}

/** The table beside an entity with `copy_on_change`: `version`, `changed_at`, `changed_by`, `changes`, and `key`, which names the record. */
export function HistoryOf(entity: TemporalEntity, key: string): ClassDecorator {
  return (target) =>
    Reflect.defineMetadata(HISTORY, { entity: target as unknown as TemporalEntity, key } satisfies HistoryLink, entity);
}

/** @throws Error when it is not declared: a mistake in the program */
export function temporalOptions(entity: TemporalEntity): TemporalOptions {
  const options = Reflect.getMetadata(OPTIONS, entity) as TemporalOptions | undefined;
  if (!options) throw new Error(`${entity.name} does not say how its changes are kept`);
  return options;
}

export function historyOf(entity: TemporalEntity): HistoryLink {
  const link = Reflect.getMetadata(HISTORY, entity) as HistoryLink | undefined;
  if (!link) throw new Error(`${entity.name} keeps its changes, and no table does`);
  return link;
}
