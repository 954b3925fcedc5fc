import { IsIn, IsOptional, IsString, IsArray, ArrayMaxSize } from 'class-validator';
import { BooleanVariable, IntegerVariable, Variable } from '../variable.decorator.js';

/** The database that the settings select. */
export type DatabaseTarget = { type: 'sqlite'; path: string } | { type: 'postgresql'; uri: string; directUri: string };

/** The address, pools and timeouts of the database. */
export class DatabaseSettings {
  @Variable({
    name: 'FL_DB_TYPE',
    kind: 'string',
    description: '`sqlite` or `postgresql`. Set it to `postgresql` to have a missing FL_DB_URI reported.',
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
    description: 'Path of the SQLite file.',
    defaultText: '`feedback-loop.db` in FL_DATA_DIR',
  })
  @IsOptional()
  @IsString()
  path: string | undefined;

  @Variable({
    name: 'FL_DB_DIRECT_URI',
    kind: 'string',
    secret: true,
    description: 'PostgreSQL address that bypasses a transaction pooler. Migrations take their lock there.',
    defaultText: 'FL_DB_URI',
  })
  @IsOptional()
  @IsString()
  directUri: string | undefined;

  @Variable({
    name: 'FL_PG_TOOLS_DIR',
    kind: 'string',
    description:
      'Folder of `pg_dump` and `pg_restore` for backups. Their version must be at least that of the PostgreSQL server.',
    defaultText: 'from PATH',
    example: '/usr/lib/postgresql/18/bin',
  })
  @IsOptional()
  @IsString()
  pgToolsDir: string | undefined;

  @BooleanVariable({
    name: 'FL_DB_AUTO_MIGRATE',
    description: 'Runs pending migrations at start. With SQLite they always run.',
    defaultText: '`false`',
  })
  autoMigrate: boolean = false;

  @IntegerVariable(2, 500, {
    name: 'FL_DB_POOL_SIZE',
    description: 'Maximum number of PostgreSQL connections for writing and administration.',
  })
  poolSize: number = 10;

  @IntegerVariable(0, 500, {
    name: 'FL_DB_POOL_MIN',
    description: 'Number of connections that are opened at start and kept open.',
  })
  poolMin: number = 2;

  @IntegerVariable(1, 100, {
    name: 'FL_DB_ANALYTICS_POOL_SIZE',
    description:
      'Maximum number of PostgreSQL connections for lists and analytics, and of such queries that run at the same time.',
  })
  analyticsPoolSize: number = 4;

  @IntegerVariable(50, 60_000, {
    name: 'FL_DB_CONNECT_TIMEOUT_MS',
    description: 'Maximum wait for a connection, new or from the pool, in milliseconds.',
  })
  connectTimeoutMs: number = 1000;

  @IntegerVariable(100, 600_000, {
    name: 'FL_DB_QUERY_TIMEOUT_MS',
    description: 'Maximum duration of a write or lookup, in milliseconds. The connection is then destroyed.',
  })
  queryTimeoutMs: number = 5000;

  @IntegerVariable(100, 600_000, {
    name: 'FL_DB_ANALYTICS_TIMEOUT_MS',
    description:
      'Maximum duration of a list or analytics query, in milliseconds. The request then fails with 503 `query_timeout`.',
  })
  analyticsTimeoutMs: number = 30_000;

  @IntegerVariable(50, 600_000, {
    name: 'FL_DB_LOCK_TIMEOUT_MS',
    description: 'Maximum wait for a row or table lock, in milliseconds.',
  })
  lockTimeoutMs: number = 2000;

  @IntegerVariable(1000, 3_600_000, {
    name: 'FL_DB_IDLE_TIMEOUT_MS',
    description: 'Time after which an unused connection above the minimum is closed, in milliseconds.',
  })
  idleTimeoutMs: number = 30_000;

  @IntegerVariable(50, 10_000, {
    name: 'FL_DB_RECORD_BUDGET_MS',
    description:
      'Maximum time for committing a record to the database, in milliseconds. After it, the spool takes the record.',
  })
  recordBudgetMs: number = 1200;

  @IntegerVariable(0, 10, {
    name: 'FL_DB_RETRY_ATTEMPTS',
    description:
      'Number of retries of a write that failed transiently (pause of 50 ms, doubling up to 1 s, full jitter). They end with FL_DB_RECORD_BUDGET_MS.',
  })
  retryAttempts: number = 3;

  @IntegerVariable(1, 1000, {
    name: 'FL_DB_BREAKER_FAILURES',
    description:
      'Number of consecutive failed writes that open the circuit breaker. Records then go straight to the spool.',
  })
  breakerFailures: number = 5;

  @IntegerVariable(10, 3_600_000, {
    name: 'FL_DB_BREAKER_PROBE_MS',
    description:
      'Time after which an open breaker lets one write through, in milliseconds. It doubles after each failure, up to FL_DB_BREAKER_OPEN_MS. The breaker closes immediately when a health check succeeds.',
  })
  breakerProbeMs: number = 5000;

  @IntegerVariable(10, 3_600_000, {
    name: 'FL_DB_BREAKER_OPEN_MS',
    description: 'Maximum pause between two writes that an open breaker lets through, in milliseconds.',
  })
  breakerOpenMs: number = 60_000;

  @BooleanVariable({
    name: 'FL_DB_COLLECT_METRICS',
    description: 'Records the number and duration of database queries in `/metrics`.',
  })
  collectMetrics: boolean = true;

  @BooleanVariable({
    name: 'FL_DB_VALIDATE_QUERIES',
    description: 'Refuses read statements that are not a single parameterised query of one tenant.',
  })
  validateQueries: boolean = true;

  @Variable({
    name: 'FL_DB_REPLICA_URIS',
    kind: 'list',
    secret: true,
    description:
      'Addresses of PostgreSQL streaming standbys for analytics, separated by commas. Responses then contain `data_as_of`. The primary is used if no standby is recent enough.',
    defaultText: 'none',
  })
  @IsArray()
  @ArrayMaxSize(10)
  @IsString({ each: true })
  replicaUris: string[] = [];

  @IntegerVariable(100, 3_600_000, {
    name: 'FL_DB_REPLICA_MAX_LAG_MS',
    description: 'Maximum lag of a database replica, in milliseconds. One that lags further is not read from.',
  })
  replicaMaxLagMs: number = 10_000;

  @Variable({
    name: 'FL_DB_POOLER',
    kind: 'string',
    description:
      '`transaction` if FL_DB_URI names a pooler in transaction mode, such as PgBouncer: the server then uses no named statements and no session settings. Needs FL_DB_DIRECT_URI. Otherwise `none`.',
  })
  @IsIn(['none', 'transaction'])
  pooler: 'none' | 'transaction' = 'none';

  /** The database that `uri`, `type` and `path` select together. */
  target!: DatabaseTarget;
}
