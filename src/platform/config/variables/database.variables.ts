import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { BooleanVariable, IntegerVariable, OptionalIntegerVariable, Variable } from '../variable.decorator.js';
import { ServerVariables } from './server.variables.js';

/** Where records go, how long that may take, and how long they stay. */
export class DatabaseVariables extends ServerVariables {
  @Variable({
    name: 'FL_DATA_DIR',
    group: 'Database',
    kind: 'string',
    description:
      'Folder of everything this server keeps on disk: the SQLite file, `admin.key`, `secret.key`, `encryption.key`, the spool.',
  })
  @IsString()
  dataDir: string = 'data';

  @Variable({
    name: 'FL_DB_TYPE',
    group: 'Database',
    kind: 'string',
    description: '`sqlite` or `postgresql`. Only needed to have a missing FL_DB_URI reported.',
    defaultText: 'from FL_DB_URI, else `sqlite`',
  })
  @IsOptional()
  @IsIn(['sqlite', 'postgresql'])
  dbType: string | undefined;

  @Variable({
    name: 'FL_DB_URI',
    aliases: ['FEEDBACK_DATABASE_URL', 'DATABASE_URL'],
    group: 'Database',
    kind: 'string',
    secret: true,
    description:
      'Database address: `postgresql://user:password@host:5432/name` or `sqlite:///path/to/file.db`. The prefixes `postgresql+asyncpg://` and `sqlite+aiosqlite://` are accepted.',
    defaultText: 'SQLite at FL_DB_PATH',
    example: 'postgresql://feedback:secret@db.example.com:5432/feedback_loop',
  })
  @IsOptional()
  @IsString()
  dbUri: string | undefined;

  @Variable({
    name: 'FL_DB_PATH',
    group: 'Database',
    kind: 'string',
    description: 'The SQLite file.',
    defaultText: '`feedback-loop.db` in FL_DATA_DIR',
  })
  @IsOptional()
  @IsString()
  dbPath: string | undefined;

  @Variable({
    name: 'FL_DB_DIRECT_URI',
    group: 'Database',
    kind: 'string',
    secret: true,
    description: 'PostgreSQL address that goes around a transaction pooler; migrations take their lock there.',
    defaultText: 'FL_DB_URI',
  })
  @IsOptional()
  @IsString()
  dbDirectUri: string | undefined;

  @Variable({
    name: 'FL_PG_TOOLS_DIR',
    group: 'Database',
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
    group: 'Database',
    description: 'Runs pending migrations at start. SQLite always does.',
    defaultText: '`false`',
  })
  dbAutoMigrate: boolean = false;

  @IntegerVariable(2, 500, {
    name: 'FL_DB_POOL_SIZE',
    group: 'Database',
    description: 'PostgreSQL connections for writing and administration at the most.',
  })
  dbPoolSize: number = 10;

  @IntegerVariable(0, 500, {
    name: 'FL_DB_POOL_MIN',
    group: 'Database',
    description: 'Connections opened at start and kept open.',
  })
  dbPoolMin: number = 2;

  @IntegerVariable(1, 100, {
    name: 'FL_DB_ANALYTICS_POOL_SIZE',
    group: 'Database',
    description: 'PostgreSQL connections for lists and analytics; also how many such queries run at once.',
  })
  dbAnalyticsPoolSize: number = 4;

  @IntegerVariable(50, 60_000, {
    name: 'FL_DB_CONNECT_TIMEOUT_MS',
    group: 'Database',
    description: 'Waiting for a connection, new or from the pool, at the most.',
  })
  dbConnectTimeoutMs: number = 1000;

  @IntegerVariable(100, 600_000, {
    name: 'FL_DB_QUERY_TIMEOUT_MS',
    group: 'Database',
    description: 'A write or a look-up may take this long; then its connection is destroyed.',
  })
  dbQueryTimeoutMs: number = 5000;

  @IntegerVariable(100, 600_000, {
    name: 'FL_DB_ANALYTICS_TIMEOUT_MS',
    group: 'Database',
    description: 'A list or analytics query may take this long; then 503 `query_timeout`.',
  })
  dbAnalyticsTimeoutMs: number = 30_000;

  @IntegerVariable(50, 600_000, {
    name: 'FL_DB_LOCK_TIMEOUT_MS',
    group: 'Database',
    description: 'Waiting for a row or table lock at the most.',
  })
  dbLockTimeoutMs: number = 2000;

  @IntegerVariable(1000, 3_600_000, {
    name: 'FL_DB_IDLE_TIMEOUT_MS',
    group: 'Database',
    description: 'An unused connection above the minimum is closed after this long.',
  })
  dbIdleTimeoutMs: number = 30_000;

  @IntegerVariable(50, 10_000, {
    name: 'FL_DB_RECORD_BUDGET_MS',
    group: 'Database',
    description: 'A record that is not committed after this long is answered as not recorded.',
  })
  dbRecordBudgetMs: number = 1200;

  @IntegerVariable(0, 10, {
    name: 'FL_DB_RETRY_ATTEMPTS',
    group: 'Database',
    description:
      'A failed write is tried this many times more (50 ms, doubling, full jitter, 1 s at the most), while its budget lasts and only when the failure is a passing one.',
  })
  dbRetryAttempts: number = 3;

  @IntegerVariable(1, 1000, {
    name: 'FL_DB_BREAKER_FAILURES',
    group: 'Database',
    description: 'So many failed writes in a row open the circuit breaker: records go to the spool at once.',
  })
  dbBreakerFailures: number = 5;

  @IntegerVariable(10, 3_600_000, {
    name: 'FL_DB_BREAKER_PROBE_MS',
    group: 'Database',
    description:
      'An open breaker lets one write through after this long, then after twice as long, up to FL_DB_BREAKER_OPEN_MS. It closes at once when the health check finds the database again.',
  })
  dbBreakerProbeMs: number = 5000;

  @IntegerVariable(10, 3_600_000, {
    name: 'FL_DB_BREAKER_OPEN_MS',
    group: 'Database',
    description: 'Longest pause between two writes that an open breaker lets through.',
  })
  dbBreakerOpenMs: number = 60_000;

  @BooleanVariable({
    name: 'FL_DB_COLLECT_METRICS',
    group: 'Database',
    description: 'Counts and times database queries for `/metrics`.',
  })
  dbCollectMetrics: boolean = true;

  @BooleanVariable({
    name: 'FL_DB_VALIDATE_QUERIES',
    group: 'Database',
    description:
      'Refuses statements that are not one single, parameterised, tenant-scoped query before they reach the database.',
  })
  dbValidateQueries: boolean = true;

  @BooleanVariable({
    name: 'FL_SPOOL_ENABLED',
    group: 'Spool',
    description:
      'While the database is away, keeps records on this machine and replays them. `false`: predictions are answered unrecorded, logged ones are refused.',
  })
  spoolEnabled: boolean = true;

  @Variable({
    name: 'FL_SPOOL_DIR',
    group: 'Spool',
    kind: 'string',
    description: 'Folder of the spool; each server needs its own, on a disk that survives a restart.',
    defaultText: '`spool` in FL_DATA_DIR',
  })
  @IsOptional()
  @IsString()
  spoolDir: string | undefined;

  @IntegerVariable(1_048_576, 1_099_511_627_776, {
    name: 'FL_SPOOL_MAX_BYTES',
    group: 'Spool',
    description: 'Size of the spool at the most; never more than half of what is free on its volume at the start.',
  })
  spoolMaxBytes: number = 268_435_456;

  @IntegerVariable(50, 10_000, {
    name: 'FL_SPOOL_BUDGET_MS',
    group: 'Spool',
    description: 'A record that the spool has not committed after this long is answered as not recorded.',
  })
  spoolBudgetMs: number = 500;

  @IntegerVariable(24, 720, {
    name: 'FL_IDEMPOTENCY_HOURS',
    group: 'Retention',
    description: 'Hours that the answer to an `Idempotency-Key` is kept, encrypted.',
  })
  idempotencyHours: number = 24;

  @IntegerVariable(1, 3650, {
    name: 'FL_RETENTION_DAYS',
    group: 'Retention',
    description: 'Days that records are kept, and how far back the timestamp of a logged prediction may lie.',
  })
  retentionDays: number = 90;

  @OptionalIntegerVariable(1, 3650, {
    name: 'FL_RETENTION_PREDICTIONS_DAYS',
    group: 'Retention',
    description: 'Days that predictions, votes and labels are kept.',
    defaultText: 'FL_RETENTION_DAYS',
  })
  retentionPredictionsDays: number | undefined;

  @OptionalIntegerVariable(1, 3650, {
    name: 'FL_RETENTION_FEEDBACK_DAYS',
    group: 'Retention',
    description: 'Days that feedback is kept.',
    defaultText: 'FL_RETENTION_DAYS',
  })
  retentionFeedbackDays: number | undefined;

  @OptionalIntegerVariable(1, 3650, {
    name: 'FL_RETENTION_METRICS_DAYS',
    group: 'Retention',
    description: 'Days that metric events are kept, and how far back their timestamps may lie.',
    defaultText: 'FL_RETENTION_DAYS',
  })
  retentionMetricsDays: number | undefined;

  @BooleanVariable({
    name: 'FL_RETENTION_ENABLED',
    group: 'Retention',
    description: 'Deletes daily what is past its time. `false`: only `feedback-loop retention run` does.',
  })
  retentionEnabled: boolean = true;

  @Variable({
    name: 'FL_ARCHIVE_DIR',
    group: 'Retention',
    kind: 'string',
    description: 'Folder in which what retention deletes is written down before, as JSON lines.',
    defaultText: 'none: it is deleted',
  })
  @IsOptional()
  @IsString()
  archiveDir: string | undefined;

  @Variable({
    name: 'FL_RETENTION_REPORT_TO',
    group: 'Retention',
    kind: 'string',
    description: 'Address of mail that gets a report of what was deleted; needs FL_SMTP_URL.',
    defaultText: 'none',
  })
  @IsOptional()
  @IsString()
  @Matches(/@/, { message: 'must be an address of mail' })
  retentionReportTo: string | undefined;
}
