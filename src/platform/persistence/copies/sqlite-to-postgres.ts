import { AppError, codeOf, formatTime } from '#kernel';
import { stat } from 'node:fs/promises';
import BetterSqlite3 from 'better-sqlite3';
import pg from 'pg';
import { MIGRATIONS, MIGRATIONS_TABLE, PARTITIONED_TABLES, TABLES } from '#migrations';
import { commitDurably } from '../postgres/postgres-pool.js';
import { toDatabaseError } from '../contract/errors.js';
import { connectionOptions } from '../postgres/connection-options.js';
import { describeColumns, type EntityClass, type TableDescription } from '../schema/portable-columns.js';

const CONNECT_TIMEOUT_MS = 10_000;
const BATCH_ROWS = 500;
const MAX_BATCH_CHARACTERS = 4_194_304;
const PROGRESS_EVERY_ROWS = 50_000;
/** Nothing was moved; both databases are unchanged. */
export class MoveRefusedError extends AppError {
  constructor(detail: string, remedy: string, cause?: unknown) {
    super({ code: 'move_refused', status: 409, title: 'Nothing was moved', detail, remedy, cause });
  }
}

type Value = string | number | bigint | Buffer | null;
type Row = Record<string, Value>;

/**
 * Copies a whole SQLite database of this product into an empty PostgreSQL database, in one transaction: user accounts,
 * keys and history as well as records. Encrypted values stay encrypted, so both databases need the same keys.
 */
export class SqliteToPostgres {
  constructor(
    private readonly path: string,
    private readonly uri: string,
    /** Entities of all tables. */
    private readonly entities: readonly EntityClass[],
  ) {}

  /**
   * Copies all tables. `prepare` migrates the target and creates the partitions of `times` (milliseconds since 1970).
   * Returns the number of rows by table.
   * @throws MoveRefusedError when a database is not suitable
   * @throws one of `errors.ts` when PostgreSQL fails
   */
  async move(
    prepare: (times: readonly number[]) => Promise<void>,
    onProgress: (line: string) => void,
  ): Promise<Record<string, number>> {
    const source = await this.openSource();
    try {
      return await this.connected(async (target) => {
        await prepare(monthsOf(source));
        await target.query('BEGIN');
        await requireEmpty(target);
        const rows: Record<string, number> = {};
        const descriptions = new Map(this.entities.map(describeColumns).map((each) => [each.name, each]));
        for (const table of TABLES) {
          const description = descriptions.get(table);
          if (!description) throw new Error(`${table} has no entity`);
          rows[table] = await copyTable(source, target, description, onProgress);
        }
        await target.query('COMMIT');
        return rows;
      });
    } finally {
      source.close();
    }
  }

  /** Opens the source exclusively, because rows that a server wrote during the move would be lost. */
  private async openSource(): Promise<BetterSqlite3.Database> {
    if (!(await stat(this.path).catch(() => undefined))?.isFile())
      throw new MoveRefusedError(
        `There is no file ${this.path}.`,
        'Name the SQLite database, feedback-loop.db for example.',
      );
    const source = new BetterSqlite3(this.path, { timeout: 0, fileMustExist: true });
    try {
      // Leaving WAL mode requires exclusive access. A server that opens the file later switches back to WAL.
      source.pragma('journal_mode = DELETE');
      source.exec('BEGIN EXCLUSIVE');
      const applied = source.prepare(`SELECT name FROM "${MIGRATIONS_TABLE}" ORDER BY id`).pluck().all() as string[];
      const known = MIGRATIONS.sqlite.map(({ name }) => name);
      if (applied.join() !== known.join())
        throw new MoveRefusedError(
          'The SQLite database has a different schema version than this program.',
          'First run `feedback-loop migrate up` on it, with the same version of feedback-loop.',
        );
      source.defaultSafeIntegers(true);
      return source;
    } catch (error) {
      source.close();
      if (error instanceof MoveRefusedError) throw error;
      throw codeOf(error)?.startsWith('SQLITE_BUSY')
        ? new MoveRefusedError(`A process has ${this.path} open.`, 'Stop every server of this database first.', error)
        : new MoveRefusedError(
            `${this.path} cannot be read: ${(error as Error).message}.`,
            'Check that it is a database of feedback-loop.',
            error,
          );
    }
  }

  private async connected<T>(work: (target: pg.Client) => Promise<T>): Promise<T> {
    const target = new pg.Client({
      ...connectionOptions(this.uri),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'move of feedback-loop',
    });
    target.on('error', () => undefined);
    try {
      await target.connect();
      await commitDurably(target);
      return await work(target);
    } catch (error) {
      throw toDatabaseError(error);
    } finally {
      // Closing rolls back an open transaction.
      await target.end().catch(() => undefined);
    }
  }
}

/**
 * Returns times of ids that cover every month with records. An id starts with its milliseconds, and ids that share
 * their first five digits are at most three days apart.
 */
function monthsOf(source: BetterSqlite3.Database): number[] {
  return PARTITIONED_TABLES.flatMap((table) =>
    (
      source.prepare(`SELECT MIN(id) AS first, MAX(id) AS last FROM "${table}" GROUP BY substr(id, 1, 5)`).all() as {
        first: string;
        last: string;
      }[]
    ).flatMap(({ first, last }) => [first, last].map((id) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16))),
  );
}

/** Refuses a target on which a server has run, because it already has a tenant and keys. @throws MoveRefusedError */
async function requireEmpty(target: pg.Client): Promise<void> {
  for (const table of TABLES) {
    const { rows } = await target.query(`SELECT 1 FROM "${table}" LIMIT 1`);
    if (rows.length > 0)
      throw new MoveRefusedError(
        `The PostgreSQL database holds something already (table ${table}).`,
        'Use an empty one: CREATE DATABASE. A server that was started on it, or `migrate up`, has created a first tenant and key.',
      );
  }
}

/** Copies the rows of a table. @throws MoveRefusedError when the target has other rows than were sent */
async function copyTable(
  source: BetterSqlite3.Database,
  target: pg.Client,
  { columns, name }: TableDescription,
  onProgress: (line: string) => void,
): Promise<number> {
  const types = columns.map((column) => ({ name: column.name, type: column.type('postgresql') }));
  const names = types.map((column) => `"${column.name}"`).join(', ');
  const read = types.map(({ name: column, type }) =>
    type === 'bytea' ? `decode("${column}", 'base64')` : `"${column}"`,
  );
  const typed = types.map(({ name: column, type }) => `"${column}" ${readAs(type)}`).join(', ');
  const text = `INSERT INTO "${name}" (${names}) SELECT ${read.join(', ')} FROM jsonb_to_recordset($1::jsonb) AS r(${typed})`;
  const send = (batch: readonly string[]): Promise<unknown> =>
    target.query({ name: `move_${name}`, text, values: [`[${batch.join(',')}]`] });
  let sent = 0;
  let batch: string[] = [];
  let characters = 0;
  for (const row of source.prepare(`SELECT ${names} FROM "${name}" ORDER BY rowid`).iterate() as Iterable<Row>) {
    const line = JSON.stringify(
      Object.fromEntries(types.map((column) => [column.name, toJson(row[column.name], column.type)])),
    );
    batch.push(line);
    characters += line.length;
    sent += 1;
    if (sent % PROGRESS_EVERY_ROWS === 0) onProgress(`${name}: ${sent}`);
    if (batch.length < BATCH_ROWS && characters < MAX_BATCH_CHARACTERS) continue;
    await send(batch);
    [batch, characters] = [[], 0];
  }
  if (batch.length > 0) await send(batch);
  const { rows } = await target.query<{ n: string }>(`SELECT COUNT(*) AS n FROM "${name}"`);
  if (Number(rows[0]?.n) !== sent)
    throw new MoveRefusedError(
      `Of ${sent} rows of ${name} ${rows[0]?.n} arrived.`,
      'Another program writes to the PostgreSQL database: use one that no other program uses.',
    );
  if (sent > 0) onProgress(`${name}: ${sent}, all`);
  return sent;
}

function readAs(type: string): string {
  if (type === 'bytea') return 'text';
  return type.startsWith('timestamp') ? 'timestamptz' : type;
}

/** Converts a value of SQLite for `jsonb_to_recordset`, which reads it as the type of PostgreSQL. */
function toJson(value: Value | undefined, type: string): unknown {
  if (value === null || value === undefined) return null;
  if (type.startsWith('timestamp')) return formatTime(Number(value));
  if (type === 'boolean') return Number(value) !== 0;
  if (type === 'jsonb') return JSON.parse(String(value)) as unknown;
  if (type === 'bytea') return (value as Buffer).toString('base64');
  // In SQLite, sums of more than 64 bits are doubles.
  if (type.startsWith('numeric'))
    return typeof value === 'number' ? BigInt(Math.round(value)).toString() : String(value);
  return typeof value === 'bigint' ? Number(value) : value;
}
