import { IsOptional, IsString, Matches, IsArray } from 'class-validator';
import { BooleanVariable, IntegerVariable, Variable } from '../variable.decorator.js';

/** Where the server listens, and what it takes from the network and the disk. */
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
    description: 'Port to listen on; 0 takes a free one.',
  })
  port: number = 8000;

  @Variable({
    name: 'FL_TLS_CERT_PATH',
    kind: 'string',
    description: 'Certificate chain (PEM) to speak HTTPS without a proxy; needs FL_TLS_KEY_PATH.',
    defaultText: 'none: plain HTTP',
  })
  @IsOptional()
  @IsString()
  tlsCertPath: string | undefined;

  @Variable({
    name: 'FL_TLS_KEY_PATH',
    kind: 'string',
    description: 'Private key (PEM) of the certificate. Both are read at the start.',
    defaultText: 'none',
  })
  @IsOptional()
  @IsString()
  tlsKeyPath: string | undefined;

  @BooleanVariable({
    name: 'FL_API_DEBUG',
    description: 'Logs at level `debug` unless FL_LOG_LEVEL is set. Never changes what clients see.',
  })
  debug: boolean = false;

  @IntegerVariable(0, 300_000, {
    name: 'FL_DRAIN_MS',
    description:
      'After SIGTERM: milliseconds to go on serving with readiness 503, so that load balancers notice before the socket closes.',
  })
  drainMs: number = 5000;

  @IntegerVariable(16_384, 104_857_600, {
    name: 'FL_BODY_LIMIT_BYTES',
    description: 'Largest JSON body. Streamed NDJSON has no such limit; its lines have.',
  })
  bodyLimitBytes: number = 5_242_880;

  @BooleanVariable({
    name: 'FL_ENABLE_COMPRESSION',
    description: 'Compresses answers over 1 KB when the client accepts it.',
  })
  compression: boolean = true;

  @Variable({
    name: 'FL_TRUSTED_PROXIES',
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
    name: 'FL_CORS_ORIGINS',
    kind: 'list',
    description:
      'Origins whose pages may call the API from a browser, such as `https://app.example.com`. Empty: none. Publishable keys name their own.',
    example: 'https://app.example.com',
  })
  @IsArray()
  @Matches(/^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/, {
    each: true,
    message: 'must be origins such as https://app.example.com, without a path',
  })
  corsOrigins: string[] = [];

  @Variable({
    name: 'FL_DATA_DIR',
    kind: 'string',
    description:
      'Folder of everything this server keeps on disk: the SQLite file, `admin.key`, `secret.key`, `encryption.key`, the spool.',
  })
  @IsString()
  dataDir: string = 'data';
}
