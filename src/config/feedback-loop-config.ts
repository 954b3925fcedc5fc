import { IsArray, IsIn, IsOptional, IsString, Matches } from 'class-validator';
import type { DatabaseConfig } from './database-uri.js';
import { BooleanVariable, IntegerVariable, Variable } from './variable.decorator.js';

export const PUBLIC_ROUTE_NAMES = ['predict', 'batch', 'analytics', 'feedback'] as const;
export type PublicRouteName = (typeof PUBLIC_ROUTE_NAMES)[number];

/**
 * Every setting of the product, each with the variable it comes from. `.env.example` and `docs/configuration.md` are generated
 * from this class. Instances are made by `loadConfig` alone and are frozen.
 */
export class FeedbackLoopConfig {
  @Variable({
    name: 'FL_API_HOST',
    group: 'Server',
    kind: 'string',
    description: 'Address to listen on. Use `0.0.0.0` in a container.',
  })
  @IsString()
  apiHost: string = '127.0.0.1';

  @IntegerVariable(0, 65535, {
    name: 'FL_API_PORT',
    group: 'Server',
    description: 'Port to listen on; 0 takes a free one.',
  })
  apiPort: number = 8000;

  @BooleanVariable({
    name: 'FL_API_DEBUG',
    group: 'Server',
    description: 'Logs at level `debug` unless FL_LOG_LEVEL is set. Never changes what clients see.',
  })
  apiDebug: boolean = false;

  @IntegerVariable(0, 300_000, {
    name: 'FL_DRAIN_MS',
    group: 'Server',
    description:
      'After SIGTERM: milliseconds to go on serving with readiness 503, so that load balancers notice before the socket closes.',
  })
  drainMs: number = 5000;

  @IntegerVariable(16_384, 104_857_600, {
    name: 'FL_BODY_LIMIT_BYTES',
    group: 'Server',
    description: 'Largest JSON body. Streamed NDJSON has no such limit; its lines have.',
  })
  bodyLimitBytes: number = 5_242_880;

  @BooleanVariable({
    name: 'FL_ENABLE_COMPRESSION',
    group: 'Server',
    description: 'Compresses answers over 1 KB when the client accepts it.',
  })
  enableCompression: boolean = true;

  @Variable({
    name: 'FL_TRUSTED_PROXIES',
    group: 'Server',
    kind: 'list',
    description:
      'CIDRs of the reverse proxies whose `X-Forwarded-For` is believed, or one hop count. Empty: the header is ignored.',
    example: '10.0.0.0/8,192.168.0.0/16',
  })
  @IsArray()
  @Matches(/^(\d{1,2}|[0-9a-fA-F:.]+(\/\d{1,3})?)$/, {
    each: true,
    message: 'must be CIDRs such as 10.0.0.0/8, or one hop count',
  })
  trustedProxies: string[] = [];

  @Variable({
    name: 'FL_LOG_LEVEL',
    group: 'Logging',
    kind: 'string',
    description: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.',
    defaultText: '`info`',
  })
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  logLevel: string = 'info';

  @Variable({
    name: 'FL_LOG_FORMAT',
    group: 'Logging',
    kind: 'string',
    description: '`json`, `pretty`, or `auto`: pretty on a terminal, JSON elsewhere.',
  })
  @IsIn(['auto', 'json', 'pretty'])
  logFormat: string = 'auto';

  @Variable({
    name: 'FL_DATA_DIR',
    group: 'Database',
    kind: 'string',
    description: 'Folder of everything this server keeps on disk: the SQLite file, `admin.key`, `secret.key`.',
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

  @BooleanVariable({
    name: 'FL_API_KEY_REQUIRED',
    group: 'Security',
    description: '`false` opens everything without a key, and is accepted only when FL_API_HOST is a loopback address.',
  })
  apiKeyRequired: boolean = true;

  @Variable({
    name: 'FL_API_KEYS',
    group: 'Security',
    kind: 'list',
    secret: true,
    description:
      'Keys from outside the database, `<key>:<scope>+<scope>`, comma separated; each key has 32 characters or more. They work while the database is away.',
    example: '<32 or more random characters>:predict+ingest+read',
  })
  @IsArray()
  apiKeys: string[] = [];

  @Variable({
    name: 'FL_SECRET_KEY',
    group: 'Security',
    kind: 'list',
    secret: true,
    description:
      'Signs feedback tokens and cursors; 32 characters or more, the same on every replica. To rotate, put the new one first and keep the old one behind a comma for 30 days.',
    defaultText: 'generated into `secret.key` in FL_DATA_DIR',
  })
  @IsArray()
  @Matches(/^.{32,}$/, { each: true, message: 'must be 32 characters or more' })
  secretKey: string[] = [];

  @Variable({
    name: 'FL_PUBLIC_ROUTES',
    group: 'Security',
    kind: 'list',
    description: 'Paths of the older systems that need no key: any of `predict`, `batch`, `analytics`, `feedback`.',
    example: 'predict,batch',
  })
  @IsArray()
  @IsIn(PUBLIC_ROUTE_NAMES, { each: true })
  publicRoutes: PublicRouteName[] = [];

  @Variable({
    name: 'FL_MODEL_PATH',
    group: 'Model',
    kind: 'string',
    description: 'Folder of the embedded model.',
    defaultText: 'the packaged `models/sentiment-en`',
  })
  @IsOptional()
  @IsString()
  modelPath: string | undefined;

  @BooleanVariable({
    name: 'FL_CACHE_ENABLED',
    group: 'Model',
    description: 'Keeps answers of the model in memory, by tenant and text.',
  })
  cacheEnabled: boolean = true;

  @IntegerVariable(1, 86_400, {
    name: 'FL_CACHE_TTL_SECONDS',
    group: 'Model',
    description: 'A cached answer is used this long.',
  })
  cacheTtlSeconds: number = 300;

  @IntegerVariable(65_536, 8_589_934_592, {
    name: 'FL_CACHE_MAX_BYTES',
    group: 'Model',
    description: 'Memory of the cache at the most; the least recently used answers go first.',
  })
  cacheMaxBytes: number = 33_554_432;

  @IntegerVariable(1, 3650, {
    name: 'FL_RETENTION_DAYS',
    group: 'Retention',
    description: 'Days that records are kept, and how far back the timestamp of a logged prediction may lie.',
  })
  retentionDays: number = 90;

  /** Worked out from FL_DB_URI, FL_DB_TYPE, FL_DB_PATH and FL_DATA_DIR. */
  database!: DatabaseConfig;
}
