import fc from 'fast-check';
import { DataSource, type EntityManager } from 'typeorm';
import {
  BATCH_RECORDS,
  HistoryOf,
  IntegerColumn,
  JsonColumn,
  PortableEntity,
  postgresDialect,
  sqliteDialect,
  StringColumn,
  Temporal,
  type TemporalEntity,
  TemporalStore,
  TimeColumn,
  toEntitySchema,
  type UnitOfWork,
  UuidColumn,
  type Versioned,
} from '#persistence';
import { uuidv7 } from '#kernel';
import { typesOf } from '../../migrations/support/types.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';

class Base {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @IntegerColumn() version!: number;
  @TimeColumn() createdAt!: number;
  @TimeColumn({ nullable: true }) deletedAt!: number | null;
  @StringColumn(20, { nullable: true }) note!: string | null;
  @JsonColumn({ nullable: true }) tags!: string[] | null;
}
const tracked = ['note', 'tags'];

@PortableEntity('test_plain')
@Temporal({ strategy: 'none', displayName: 'The plain record', tracked })
class Plain extends Base {}

@PortableEntity('test_copied')
@Temporal({ strategy: 'copy_on_change', displayName: 'The copied record', tracked })
class Copied extends Base {}

@PortableEntity('test_copied_history')
@HistoryOf(Copied, 'copiedId')
class CopiedHistory {
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @UuidColumn() copiedId!: string;
  @IntegerColumn() version!: number;
  @TimeColumn() changedAt!: number;
  @StringColumn(64) changedBy!: string;
  @JsonColumn() changes!: object;
}

@PortableEntity('test_periods')
@Temporal({ strategy: 'scd2', displayName: 'The period', tracked })
class Period extends Base {
  @UuidColumn() recordId!: string;
  @TimeColumn() validFrom!: number;
  @TimeColumn({ nullable: true }) validTo!: number | null;
  @StringColumn(64) changedBy!: string;
}

type Kept = Versioned & { note: string | null; tags: string[] | null };
const ENTITIES = [Plain, Copied, CopiedHistory, Period];
const WITH_HISTORY: [string, TemporalEntity<Kept>][] = [
  ['copy_on_change', Copied as TemporalEntity<Kept>],
  ['scd2', Period as TemporalEntity<Kept>],
];
const ALL: [string, TemporalEntity<Kept>][] = [['none', Plain as TemporalEntity<Kept>], ...WITH_HISTORY];

/** Written by hand, like migrations. */
async function createTables(dataSource: DataSource): Promise<void> {
  const t = typesOf(dataSource.createQueryRunner());
  const base = `"id" ${t.uuid} PRIMARY KEY, "tenant_id" ${t.uuid} NOT NULL, "version" integer NOT NULL`;
  const record = `${base}, "created_at" ${t.time} NOT NULL, "deleted_at" ${t.time}, "note" ${t.string(20)}, "tags" ${t.json}`;
  for (const statement of [
    `CREATE TABLE "test_plain" (${record})`,
    `CREATE TABLE "test_copied" (${record})`,
    `CREATE TABLE "test_copied_history" (${base}, "copied_id" ${t.uuid} NOT NULL, "changed_at" ${t.time} NOT NULL, "changed_by" ${t.string(64)} NOT NULL, "changes" ${t.json} NOT NULL)`,
    `CREATE TABLE "test_periods" (${record}, "record_id" ${t.uuid} NOT NULL, "valid_from" ${t.time} NOT NULL, "valid_to" ${t.time}, "changed_by" ${t.string(64)} NOT NULL)`,
    'CREATE UNIQUE INDEX "uq_test_periods" ON "test_periods" ("record_id", "version")',
  ])
    await dataSource.query(statement);
}

const tenant = { tenantId: uuidv7() };
const T0 = Date.UTC(2026, 0, 1);

describe.each(DIALECTS)('temporal records on %s', (dialect) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let store: TemporalStore;
  let queries = 0;

  beforeAll(async () => {
    database = await createTestDatabase(dialect, false);
    const entities = ENTITIES.map((entity) => toEntitySchema(entity, dialect));
    dataSource = new DataSource(
      dialect === 'sqlite'
        ? { type: 'better-sqlite3', database: ':memory:', entities }
        : { type: 'postgres', url: String(database.environment.FL_DB_URI), entities },
    );
    await dataSource.initialize();
    await createTables(dataSource);
    const ask = (t: { tenantId: string }, text: string, values: unknown[] = []): Promise<unknown> => {
      queries += 1;
      const bound = [t.tenantId, ...values];
      if (dialect === 'postgresql') return dataSource.query(text, bound);
      const order: unknown[] = [];
      const plain = text.replace(/\$(\d+)/g, (_, i: string) => {
        order.push(bound[Number(i) - 1]);
        return '?';
      });
      return dataSource.query(plain, order);
    };
    store = new TemporalStore({
      dialect: dialect === 'sqlite' ? sqliteDialect : postgresDialect,
      read: ask,
      findAll: ask,
      change: <T>(work: (manager: EntityManager) => Promise<T>) => dataSource.transaction(work),
    } as unknown as UnitOfWork);
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  const create = async (entity: TemporalEntity<Kept>, now = T0): Promise<string> =>
    (
      await store.createMany(tenant, entity, [{ note: 'a', tags: null } as Partial<Kept>], { name: 'me', at: now })
    )[0] as string;

  // S2-20 S2-21
  it.each(WITH_HISTORY)(
    'with %s can be read as they were at every past time, also when they were deleted',
    async (_, entity) => {
      const step = fc.oneof(
        fc.record({
          note: fc.constantFrom('a', 'b', 'c', null),
          tags: fc.constantFrom<string[] | null>(['x'], ['x', 'y'], null),
        }),
        fc.constant('remove' as const),
        fc.constant('restore' as const),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(step, fc.integer({ min: 1, max: 1000 })), { maxLength: 12 }),
          async (steps) => {
            const id = await create(entity);
            let now = T0;
            let state: { note: string | null; tags: string[] | null; deleted: boolean } = {
              note: 'a',
              tags: null,
              deleted: false,
            };
            const past: [number, typeof state][] = [[T0, state]];
            for (const [what, wait] of steps) {
              now += wait;
              const target = { id, version: undefined };
              const author = { name: 'me', at: now };
              if (what === 'remove') await store.remove(tenant, entity, target, author);
              else if (what === 'restore') await store.restore(tenant, entity, target, author);
              else await store.change(tenant, entity, target, () => what as never, author);
              state =
                what === 'remove'
                  ? { ...state, deleted: true }
                  : what === 'restore'
                    ? { ...state, deleted: false }
                    : { ...state, ...what };
              past.push([now, state]);
            }
            expect(await store.asOf(tenant, entity, id, T0 - 1)).toBeUndefined();
            for (const [i, [at, then]] of past.entries()) {
              const until = (past[i + 1]?.[0] ?? now + 1000) - 1;
              for (const moment of [at, until]) {
                const found = await store.asOf(tenant, entity, id, moment);
                expect(found && { note: found.note, tags: found.tags }).toEqual(
                  then.deleted ? undefined : { note: then.note, tags: then.tags },
                );
              }
            }
            // The present also follows from the history alone.
            const rebuilt: Record<string, unknown> = { note: 'a', tags: null, deleted_at: null };
            for (const { changes } of await store.history(tenant, entity, id))
              for (const [column, [before, after]] of Object.entries(changes)) {
                expect(rebuilt[column]).toEqual(before);
                rebuilt[column] = after;
              }
            expect({ ...rebuilt, deleted_at: undefined, deleted: rebuilt.deleted_at !== null }).toEqual(state);
          },
        ),
        { numRuns: 25 },
      );
    },
    60_000,
  );

  // S2-22
  it.each(ALL)(
    'with %s refuse one of two changes of the same version, so that no change is lost',
    async (_, entity) => {
      const id = await create(entity);
      const change = (note: string) =>
        store.change(tenant, entity, { id, version: 1 }, () => ({ note }) as never, { name: note, at: T0 + 1 });
      // The one connection of SQLite here takes one transaction at a time; in the server, the lease sees to that.
      const results =
        dialect === 'sqlite'
          ? [await change('x').catch((e: Error) => e.name), await change('y').catch((e: Error) => e.name)]
          : await Promise.all([change('x'), change('y')].map((each) => each.catch((e: Error) => e.name)));
      expect(results.sort()).toEqual(['PreconditionFailedError', true].sort());
      const found = await store.find(tenant, entity, id);
      expect(found).toMatchObject({ version: 2 });
      expect(['x', 'y']).toContain(found?.note);
      expect(await store.history(tenant, entity, id)).toHaveLength(entity.name === 'Plain' ? 0 : 1);
    },
  );

  // S2-21
  it.each(ALL)(
    'with %s are hidden from their deletion until they are restored, and get no version without a change',
    async (_, entity) => {
      const id = await create(entity);
      const at = (now: number) => ({ name: 'me', at: now });
      expect(await store.change(tenant, entity, { id, version: 1 }, () => ({ note: 'a' }) as never, at(T0 + 1))).toBe(
        false,
      );
      await store.remove(tenant, entity, { id, version: 1 }, at(T0 + 2));
      expect(await store.find(tenant, entity, id)).toBeUndefined();
      expect(await store.find(tenant, entity, id, { includeDeleted: true })).toMatchObject({
        version: 2,
        deletedAt: T0 + 2,
      });
      await store.restore(tenant, entity, { id, version: 2 }, at(T0 + 3));
      expect(await store.find(tenant, entity, id)).toMatchObject({ version: 3, deletedAt: null, note: 'a' });
    },
  );

  // S2-16 S2-17
  it.each(ALL)('with %s are created and read in batches of 100', async (_, entity) => {
    const notes = Array.from({ length: 250 }, (__, i) => ({ note: `n${i}`, tags: [] }) as unknown as Partial<Kept>);
    const ids = await store.createMany(tenant, entity, notes, { name: 'me', at: T0 });
    expect(new Set(ids).size).toBe(250);
    queries = 0;
    const found = await store.getMany(tenant, entity, [...ids, uuidv7()]);
    expect(found.map(({ note }) => note)).toEqual(notes.map(({ note }) => note));
    expect(queries).toBe(Math.ceil(251 / BATCH_RECORDS));
  });

  // S2-18
  it.each(ALL)('with %s are neither shown to another tenant nor changed by it', async (_, entity) => {
    const id = await create(entity);
    const other = { tenantId: uuidv7() };
    expect(await store.find(other, entity, id)).toBeUndefined();
    expect(await store.asOf(other, entity, id, T0 + 1)).toBeUndefined();
    expect(await store.history(other, entity, id)).toEqual([]);
    await expect(
      store.change(other, entity, { id, version: undefined }, () => ({ note: 'z' }) as never, { name: 'x', at: T0 }),
    ).rejects.toThrow('not found');
  });

  it('refuse to change a column that is not tracked', async () => {
    const id = await create(Copied as TemporalEntity<Kept>);
    await expect(
      store.change(tenant, Copied as TemporalEntity<Kept>, { id, version: 1 }, () => ({ createdAt: 1 }) as never, {
        name: 'x',
        at: T0,
      }),
    ).rejects.toThrow('not tracked');
  });
});
