import { IsArray, IsOptional, IsString, Matches, ValidateBy } from 'class-validator';
import { normalizeOrigin } from '#kernel';
import { BooleanVariable, IntegerVariable, OptionalIntegerVariable, Variable } from '../variable.decorator.js';

/** The server's address, TLS, HTTP limits and data folder. */
export class ServerSettings {
  @Variable({
    name: 'FL_API_HOST',
    kind: 'string',
    description: 'Address to listen on. Use `0.0.0.0` in a container.',
  })
  @IsString()
  host: string = '127.0.0.1';

  @IntegerVariable(0, 65535, {
    name: 'FL_API_PORT',
    description: 'Port to listen on; 0 chooses a free port.',
  })
  port: number = 8000;

  @Variable({
    name: 'FL_TLS_CERT_PATH',
    kind: 'string',
    description: 'Certificate chain (PEM) for HTTPS without a proxy. Needs FL_TLS_KEY_PATH.',
    defaultText: 'none: plain HTTP',
  })
  @IsOptional()
  @IsString()
  tlsCertPath: string | undefined;

  @Variable({
    name: 'FL_TLS_KEY_PATH',
    kind: 'string',
    description: 'Private key (PEM) of the certificate. Both files are read at start.',
    defaultText: 'none',
  })
  @IsOptional()
  @IsString()
  tlsKeyPath: string | undefined;

  @BooleanVariable({
    name: 'FL_API_DEBUG',
    description: 'Logs at level `debug` unless FL_LOG_LEVEL is set. Responses do not change.',
  })
  debug: boolean = false;

  @IntegerVariable(0, 300_000, {
    name: 'FL_DRAIN_MS',
    description:
      'Time after SIGTERM during which the server still serves requests but reports readiness 503, in milliseconds. Load balancers then notice before the socket closes.',
  })
  drainMs: number = 5000;

  @OptionalIntegerVariable(1000, 86_400_000, {
    name: 'FL_MAX_CLOCK_OFFSET_MS',
    description:
      'Offset of the system clock from the clock of the database at which readiness reports 503, in milliseconds. Without it, an offset is only reported: records get the time of the database, and a wrong clock of the database would otherwise stop every server.',
    defaultText: 'none',
  })
  maxClockOffsetMs: number | undefined;

  @IntegerVariable(16_384, 104_857_600, {
    name: 'FL_BODY_LIMIT_BYTES',
    description: 'Maximum size of a JSON body, in bytes. Streamed NDJSON is not limited as a whole, only its lines.',
  })
  bodyLimitBytes: number = 5_242_880;

  @BooleanVariable({
    name: 'FL_ENABLE_COMPRESSION',
    description: 'Compresses responses over 1 KB if the client accepts it.',
  })
  compression: boolean = true;

  @Variable({
    name: 'FL_TRUSTED_PROXIES',
    kind: 'list',
    description:
      'CIDRs of the reverse proxies whose `X-Forwarded-For` is trusted, or a hop count. If empty, the header is ignored.',
    example: '10.0.0.0/8,192.168.0.0/16',
  })
  @IsArray()
  @Matches(/^(\d{1,2}|[0-9a-fA-F:.]+(\/\d{1,3})?)$/, {
    each: true,
    message: 'must be CIDRs such as 10.0.0.0/8, or a hop count',
  })
  trustedProxies: string[] = [];

  @Variable({
    name: 'FL_CORS_ORIGINS',
    kind: 'list',
    description:
      'Origins whose pages may call the API from a browser, such as `https://app.example.com`. Publishable keys have their own list of origins.',
    example: 'https://app.example.com',
  })
  @IsArray()
  @ValidateBy(
    { name: 'isOrigin', validator: { validate: (origin) => normalizeOrigin(String(origin)) === origin } },
    {
      each: true,
      message:
        'must be origins as browsers send them, such as https://app.example.com: lower case, without a default port or a path',
    },
  )
  corsOrigins: string[] = [];

  @Variable({
    name: 'FL_DATA_DIR',
    kind: 'string',
    description:
      'Folder of everything that this server keeps on disk: the SQLite file, `admin.key`, `secret.key`, `encryption.key` and the spool.',
  })
  @IsString()
  dataDir: string = 'data';
}
