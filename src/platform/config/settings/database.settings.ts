import { IsIn, IsOptional, IsString, IsArray, ArrayMaxSize } from 'class-validator';
import { BooleanVariable, IntegerVariable, Variable } from '../variable.decorator.js';

/** The database that the settings name. */
export type DatabaseTarget = { type: 'sqlite'; path: string } | { type: 'postgresql'; uri: string; directUri: string };

/** The database: its address, its pools, and how long it may take. */
export class DatabaseSettings {
  @Variable({
    name: 'FL_DB_TYPE',
    kind: 'string',
    description: '`sqlite` or `postgresql`. Only needed to have a missing FL_DB_URI reported.',
    defaultText: 'from FL_DB_URI, else `sqlite`',
  })
  @IsOptional()
  @IsIn(['sqlite', 'postgresql'])
  type: string | undefined;

  @Variable({
    name: 'FL_DB_URI',
    kind: 'string',
    secret: true,
    description:
      'Database address: `postgresql://user:password@host:5432/name` or `sqlite:///path/to/file.db`. The prefixes `postgresql+asyncpg://` and `sqlite+aiosqlite://` are accepted.',
    defaultText: 'SQLite at FL_DB_PATH',
    example: 'postgresql://feedback:secret@db.example.com:5432/feedback_loop',
  })
  @IsOptional()
  @IsString()
  uri: string | undefined;

  @Variable({
    name: 'FL_DB_PATH',
    kind: 'string',
    description: 'The SQLite file.',
    defaultText: '`feedback-loop.db` in FL_DATA_DIR',
  })
  @IsOptional()
  @IsString()
  path: string | undefined;

  @Variable({
    name: 'FL_DB_DIRECT_URI',
    kind: 'string',
    secret: true,
    description: 'PostgreSQL address that goes around a transaction pooler; migrations take their lock there.',
    defaultText: 'FL_DB_URI',
  })
  @IsOptional()
  @IsString()
  directUri: string | undefined;

  @Variable({
    name: 'FL_PG_TOOLS_DIR',
    kind: 'string',
    description: 'Where `pg_dump` and `pg_restore` are, for backups: as new as the server, or newer.',
    defaultText: 'found on the PATH',
    example: '/usr/lib/postgresql/18/bin',
  })
  @IsOptional()
  @IsString()
  pgToolsDir: string | undefined;

  @BooleanVariable({
    name: 'FL_DB_AUTO_MIGRATE',
    description: 'Runs pending migrations at start. SQLite always does.',
    defaultText: '`false`',
  })
  autoMigrate: boolean = false;

  @IntegerVariable(2, 500, {
    name: 'FL_DB_POOL_SIZE',
    description: 'PostgreSQL connections for writing and administration at the most.',
  })
  poolSize: number = 10;

  @IntegerVariable(0, 500, {
    name: 'FL_DB_POOL_MIN',
    description: 'Connections opened at start and kept open.',
  })
  poolMin: number = 2;

  @IntegerVariable(1, 100, {
    name: 'FL_DB_ANALYTICS_POOL_SIZE',
    description: 'PostgreSQL connections for lists and analytics; also how many such queries run at once.',
  })
  analyticsPoolSize: number = 4;

  @IntegerVariable(50, 60_000, {
    name: 'FL_DB_CONNECT_TIMEOUT_MS',
    description: 'Waiting for a connection, new or from the pool, at the most.',
  })
  connectTimeoutMs: number = 1000;

  @IntegerVariable(100, 600_000, {
    name: 'FL_DB_QUERY_TIMEOUT_MS',
    description: 'A write or a look-up may take this long; then its connection is destroyed.',
  })
  queryTimeoutMs: number = 5000;

  @IntegerVariable(100, 600_000, {
    name: 'FL_DB_ANALYTICS_TIMEOUT_MS',
    description: 'A list or analytics query may take this long; then 503 `query_timeout`.',
  })
  analyticsTimeoutMs: number = 30_000;

  @IntegerVariable(50, 600_000, {
    name: 'FL_DB_LOCK_TIMEOUT_MS',
    description: 'Waiting for a row or table lock at the most.',
  })
  lockTimeoutMs: number = 2000;

  @IntegerVariable(1000, 3_600_000, {
    name: 'FL_DB_IDLE_TIMEOUT_MS',
    description: 'An unused connection above the minimum is closed after this long.',
  })
  idleTimeoutMs: number = 30_000;

  @IntegerVariable(50, 10_000, {
    name: 'FL_DB_RECORD_BUDGET_MS',
    description: 'A record that is not committed after this long is answered as not recorded.',
  })
  recordBudgetMs: number = 1200;

  @IntegerVariable(0, 10, {
    name: 'FL_DB_RETRY_ATTEMPTS',
    description:
      'A failed write is tried this many times more (50 ms, doubling, full jitter, 1 s at the most), while its budget lasts and only when the failure is a passing one.',
  })
  retryAttempts: number = 3;

  @IntegerVariable(1, 1000, {
    name: 'FL_DB_BREAKER_FAILURES',
    description: 'So many failed writes in a row open the circuit breaker: records go to the spool at once.',
  })
  breakerFailures: number = 5;

  @IntegerVariable(10, 3_600_000, {
    name: 'FL_DB_BREAKER_PROBE_MS',
    description:
      'An open breaker lets one write through after this long, then after twice as long, up to FL_DB_BREAKER_OPEN_MS. It closes at once when the health check finds the database again.',
  })
  breakerProbeMs: number = 5000;

  @IntegerVariable(10, 3_600_000, {
    name: 'FL_DB_BREAKER_OPEN_MS',
    description: 'Longest pause between two writes that an open breaker lets through.',
  })
  breakerOpenMs: number = 60_000;

  @BooleanVariable({
    name: 'FL_DB_COLLECT_METRICS',
    description: 'Counts and times database queries for `/metrics`.',
  })
  collectMetrics: boolean = true;

  @BooleanVariable({
    name: 'FL_DB_VALIDATE_QUERIES',
    description:
      'Refuses statements that are not one single, parameterised, tenant-scoped query before they reach the database.',
  })
  validateQueries: boolean = true;

  @Variable({
    name: 'FL_DB_REPLICA_URIS',
    kind: 'list',
    secret: true,
    description:
      'Addresses of PostgreSQL streaming standbys that analytics are read from, separated by commas. Their answers say `data_as_of`. The primary answers when none is near enough.',
    defaultText: 'none',
  })
  @IsArray()
  @ArrayMaxSize(10)
  @IsString({ each: true })
  replicaUris: string[] = [];

  @IntegerVariable(100, 3_600_000, {
    name: 'FL_DB_REPLICA_MAX_LAG_MS',
    description: 'A replica that is further behind than this is not read from.',
  })
  replicaMaxLagMs: number = 10_000;

  @Variable({
    name: 'FL_DB_POOLER',
    kind: 'string',
    description:
      '`transaction` when FL_DB_URI leads through a pooler in transaction mode, such as PgBouncer: no named statements and no settings of a session. Needs FL_DB_DIRECT_URI.',
  })
  @IsIn(['none', 'transaction'])
  pooler: 'none' | 'transaction' = 'none';

  /** The database that uri, type and path name together. */
  target!: DatabaseTarget;
}
