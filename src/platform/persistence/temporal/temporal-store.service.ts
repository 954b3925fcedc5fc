import { placeholders } from '../contract/conditions.js';
import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import { type Actor, NotFoundError, requireVersion, type TenantContext, uuidv7 } from '#kernel';
import { columnsOf, type EntityColumn, tableOf } from '../schema/portable-columns.js';
import { UnitOfWork } from '../gate/unit-of-work.service.js';
import { historyOf, type TemporalEntity, temporalOptions } from './temporal.decorator.js';

/** One change of a record. */
export interface RecordedChange {
  /** Version that the change created. */
  version: number;
  changedAt: number;
  changedBy: string;
  /** Values before and after, by column. */
  changes: Record<string, [unknown, unknown]>;
}

export interface Versioned {
  id: string;
  tenantId: string;
  version: number;
  createdAt: number;
  deletedAt: number | null;
}

/** One row of an entity with `scd2`; `recordId` is the id of the record. */
export interface Period extends Versioned {
  recordId: string;
  validFrom: number;
  validTo: number | null;
  changedBy: string;
}

type Changes<T> = Partial<Omit<T, keyof Versioned>> & { deletedAt?: number | null };
type Row = Record<string, unknown>;

/** Number of records per transaction, and of ids per query. */
export const BATCH_RECORDS = 100;
const MAX_FIND_ATTEMPTS = 20;

/**
 * Stores records with their history. It implements `@Temporal` on both databases.
 *
 * - a change names the version it is based on, or accepts any; if another change came first it fails with 412, so no
 *   version is overwritten unseen
 * - a change without an effect creates no version; deleting sets a mark and restoring removes it, and both are changes
 * - `asOf` returns the state of a record at a given time
 */
@Injectable()
export class TemporalStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Returns the current version; undefined for another tenant's record and, unless requested, for a deleted one. */
  async find<T extends Versioned>(
    tenant: TenantContext,
    entity: TemporalEntity<T>,
    id: string,
    { includeDeleted = false } = {},
  ): Promise<T | undefined> {
    const [found] = await this.getMany(tenant, entity, [id]);
    return found && (includeDeleted || found.deletedAt === null) ? found : undefined;
  }

  /** Returns current versions in the order of `ids`, queried in batches of 100. Missing records are left out. */
  async getMany<T extends Versioned>(
    tenant: TenantContext,
    entity: TemporalEntity<T>,
    ids: readonly string[],
  ): Promise<T[]> {
    const key = keyOf(entity);
    const found = new Map<string, T>();
    for (let i = 0; i < ids.length; i += BATCH_RECORDS) {
      const some = ids.slice(i, i + BATCH_RECORDS);
      const marks = placeholders(some);
      const rows = await this.unitOfWork.findAll<Row>(
        tenant,
        `SELECT * FROM ${tableOf(entity)} WHERE tenant_id = $1 AND ${key.column} IN (${marks})${key.current}`,
        some,
      );
      for (const row of rows) found.set(String(row[key.column]), this.toEntity(entity, row));
    }
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  /** Returns all current versions that are not deleted. For small tables only. */
  async list<T extends Versioned>(tenant: TenantContext, entity: TemporalEntity<T>): Promise<T[]> {
    const { column, current } = keyOf(entity);
    const rows = await this.unitOfWork.read<Row>(
      tenant,
      `SELECT * FROM ${tableOf(entity)} WHERE tenant_id = $1${current} AND deleted_at IS NULL ORDER BY ${column}`,
    );
    return rows.map((row) => this.toEntity(entity, row));
  }

  /** Creates records in batches of 100, each of them in one transaction. Returns the ids. */
  async createMany<T extends Versioned>(
    tenant: TenantContext,
    entity: TemporalEntity<T>,
    records: readonly Partial<T>[],
    { name: actor, at: now }: Actor,
  ): Promise<string[]> {
    const isPeriod = temporalOptions(entity).strategy === 'scd2';
    const complete = records.map((record) => {
      const id = record.id ?? uuidv7(now);
      const base = { ...record, tenantId: tenant.tenantId, version: 1, createdAt: now, deletedAt: null };
      return isPeriod
        ? { ...base, id: uuidv7(now), recordId: id, validFrom: now, validTo: null, changedBy: actor }
        : { ...base, id };
    });
    for (let i = 0; i < complete.length; i += BATCH_RECORDS)
      await this.unitOfWork.change((manager) =>
        manager.insert(entity as never, complete.slice(i, i + BATCH_RECORDS) as never),
      );
    return complete.map((record) => (record as { recordId?: string }).recordId ?? record.id);
  }

  /**
   * Changes a record in one transaction. `version` is the version that the change is based on; undefined accepts any.
   * Returns whether anything changed.
   * @throws NotFoundError, PreconditionFailedError (412)
   */
  async change<T extends Versioned>(
    tenant: TenantContext,
    entity: TemporalEntity<T>,
    { id, version }: { id: string; version: number | undefined },
    next: (before: Readonly<T>) => Changes<T>,
    author: Actor,
  ): Promise<boolean> {
    const { strategy, tracked, displayName } = temporalOptions(entity);
    return this.unitOfWork.change(async (manager) => {
      const before = await current(manager, tenant, entity, id);
      if (!before) throw new NotFoundError(displayName);
      requireVersion(before.version, version);
      const requested = Object.entries(next(before)) as [keyof T & string, unknown][];
      const changed = requested.filter(([name, value]) => value !== undefined && !isSame(value, before[name]));
      const unknown = changed.find(([name]) => name !== 'deletedAt' && !tracked.includes(name));
      if (unknown) throw new Error(`${unknown[0]} of ${entity.name} is not tracked`);
      if (changed.length === 0) return false;
      const values = Object.fromEntries(changed);
      if (strategy === 'scd2')
        await insertSuccessor(manager, entity as TemporalEntity, before as T & Period, values, author);
      else {
        await manager.update(
          entity as never,
          { id, tenantId: tenant.tenantId } as never,
          { ...values, version: before.version + 1 } as never,
        );
        if (strategy === 'copy_on_change') await insertHistory(manager, entity, before, changed, author);
      }
      return true;
    });
  }

  /** Marks a record as deleted and keeps it. @throws the errors of `change` */
  async remove<T extends Versioned>(
    tenant: TenantContext,
    entity: TemporalEntity<T>,
    target: { id: string; version: number | undefined },
    author: Actor,
  ): Promise<boolean> {
    const mark = ({ deletedAt }: Readonly<T>): Changes<T> => ({ deletedAt: deletedAt ?? author.at }) as Changes<T>;
    return this.change(tenant, entity, target, mark, author);
  }

  /** Removes the deletion mark. @throws the errors of `change` */
  async restore<T extends Versioned>(
    tenant: TenantContext,
    entity: TemporalEntity<T>,
    target: { id: string; version: number | undefined },
    author: Actor,
  ): Promise<boolean> {
    return this.change(tenant, entity, target, () => ({ deletedAt: null }) as Changes<T>, author);
  }

  /** Returns the changes with author and time, oldest first; empty with strategy `none`. */
  async history<T extends Versioned>(
    tenant: TenantContext,
    entity: TemporalEntity<T>,
    id: string,
  ): Promise<RecordedChange[]> {
    const { strategy } = temporalOptions(entity);
    if (strategy === 'none') return [];
    return strategy === 'scd2' ? this.periodChanges(tenant, entity, id) : this.recordedChanges(tenant, entity, id);
  }

  /**
   * Returns the state of a record at `at`, or undefined when it did not exist or was deleted then. With strategy `none`
   * only the current state is known, and is returned for any time.
   */
  async asOf<T extends Versioned>(
    tenant: TenantContext,
    entity: TemporalEntity<T>,
    id: string,
    at: number,
  ): Promise<T | undefined> {
    const { strategy } = temporalOptions(entity);
    const found =
      strategy === 'scd2'
        ? (await this.periods(tenant, entity, id)).find(
            ({ validFrom, validTo }) => validFrom <= at && (validTo === null || at < validTo),
          )
        : await this.reconstruct(tenant, entity, id, at);
    return found && found.createdAt <= at && found.deletedAt === null ? (found as T) : undefined;
  }

  /** Returns the current state with the changes after `at` undone. */
  private async reconstruct<T extends Versioned>(
    tenant: TenantContext,
    entity: TemporalEntity<T>,
    id: string,
    at: number,
  ): Promise<T | undefined> {
    const record = await this.find(tenant, entity, id, { includeDeleted: true });
    if (!record) return undefined;
    const properties = new Map(columnsOf(entity).map(({ name, property }) => [name, property]));
    const state = { ...record } as unknown as Record<string, unknown>;
    for (const { changedAt, changes, version } of (await this.history(tenant, entity, id)).reverse()) {
      if (changedAt <= at) break;
      for (const [column, [before]] of Object.entries(changes)) state[properties.get(column) ?? column] = before;
      state.version = version - 1;
    }
    return state as unknown as T;
  }

  private async recordedChanges(tenant: TenantContext, entity: TemporalEntity, id: string): Promise<RecordedChange[]> {
    const { entity: table, key } = historyOf(entity);
    const column = columnsOf(table).find(({ property }) => property === key)?.name;
    const { dialect } = this.unitOfWork;
    const rows = await this.unitOfWork.read<Row>(
      tenant,
      `SELECT version, changed_at, changed_by, changes FROM ${tableOf(table)} WHERE tenant_id = $1 AND ${column} = $2 ORDER BY version`,
      [id],
    );
    return rows.map((row) => ({
      version: Number(row.version),
      changedAt: dialect.readTime(row.changed_at),
      changedBy: String(row.changed_by),
      changes: dialect.readJson<RecordedChange['changes']>(row.changes) ?? {},
    }));
  }

  private async periodChanges<T extends Versioned>(
    tenant: TenantContext,
    entity: TemporalEntity<T>,
    id: string,
  ): Promise<RecordedChange[]> {
    const { tracked } = temporalOptions(entity);
    const compared = columnsOf(entity).filter(({ property }) => property === 'deletedAt' || tracked.includes(property));
    const periods = (await this.periods(tenant, entity, id)) as unknown as Record<string, unknown>[];
    return periods.slice(1).map((after, i) => {
      const before = periods[i] as Record<string, unknown>;
      const { changedBy, validFrom, version } = after as unknown as Period;
      const changes = compared
        .filter(({ property }) => !isSame(before[property], after[property]))
        .map(({ name, property }): [string, [unknown, unknown]] => [name, [before[property], after[property]]]);
      return { version, changedAt: validFrom, changedBy, changes: Object.fromEntries(changes) };
    });
  }

  private async periods<T extends Versioned>(
    tenant: TenantContext,
    entity: TemporalEntity<T>,
    id: string,
  ): Promise<Period[]> {
    const rows = await this.unitOfWork.read<Row>(
      tenant,
      `SELECT * FROM ${tableOf(entity)} WHERE tenant_id = $1 AND record_id = $2 ORDER BY version`,
      [id],
    );
    return rows.map((row) => this.toEntity(entity, row) as unknown as Period);
  }

  private toEntity<T extends Versioned>(entity: TemporalEntity<T>, row: Row): T {
    const { dialect } = this.unitOfWork;
    const read = ({ kind, name }: EntityColumn): unknown => {
      const value = row[name];
      if (value === null || value === undefined) return null;
      if (kind === 'time') return dialect.readTime(value);
      if (kind === 'boolean') return dialect.readBoolean(value);
      return kind === 'json' ? dialect.readJson(value) : value;
    };
    return Object.fromEntries(columnsOf(entity).map((column) => [column.property, read(column)])) as unknown as T;
  }
}

function keyOf(entity: TemporalEntity): { column: string; current: string } {
  return temporalOptions(entity).strategy === 'scd2'
    ? { column: 'record_id', current: ' AND valid_to IS NULL' }
    : { column: 'id', current: '' };
}

async function current<T extends Versioned>(
  manager: EntityManager,
  { tenantId }: TenantContext,
  entity: TemporalEntity<T>,
  id: string,
): Promise<T | null> {
  const isPeriod = temporalOptions(entity).strategy === 'scd2';
  const where = isPeriod ? { recordId: id, tenantId, validTo: IsNull() } : { id, tenantId };
  const lock = manager.dataSource.options.type === 'postgres' ? { lock: { mode: 'pessimistic_write' as const } } : {};
  const find = (): Promise<T | null> => manager.findOne(entity as never, { where, ...lock } as never);
  // A query that waited for a version finds nothing if that version was closed meanwhile, although it has a successor.
  for (let attempt = 0; attempt < MAX_FIND_ATTEMPTS; attempt++) {
    const found = await find();
    if (found || !isPeriod) return found;
    if (!(await manager.exists(entity as never, { where: { recordId: id, tenantId } } as never))) return null;
  }
  return null;
}

async function insertHistory<T extends Versioned>(
  manager: EntityManager,
  entity: TemporalEntity<T>,
  before: T,
  changed: readonly [keyof T & string, unknown][],
  { name: actor, at: now }: Actor,
): Promise<void> {
  const { entity: table, key } = historyOf(entity);
  const names = new Map(columnsOf(entity).map(({ name, property }) => [property, name]));
  await manager.insert(
    table as never,
    {
      id: uuidv7(now),
      tenantId: before.tenantId,
      [key]: before.id,
      version: before.version + 1,
      changedAt: now,
      changedBy: actor,
      changes: Object.fromEntries(changed.map(([name, value]) => [names.get(name), [before[name], value]])),
    } as never,
  );
}

async function insertSuccessor(
  manager: EntityManager,
  entity: TemporalEntity,
  before: Period,
  values: Record<string, unknown>,
  { name: actor, at: now }: Actor,
): Promise<void> {
  // Clocks of servers differ, but no version may end before it starts.
  const at = Math.max(now, before.validFrom + 1);
  await manager.update(
    entity as never,
    { id: before.id, tenantId: before.tenantId } as never,
    { validTo: at } as never,
  );
  await manager.insert(
    entity as never,
    {
      ...before,
      ...values,
      id: uuidv7(at),
      version: before.version + 1,
      validFrom: at,
      validTo: null,
      changedBy: actor,
    } as never,
  );
}

/** Compares values as they are stored. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
