import { IsArray, IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { BooleanVariable, IntegerVariable, Variable } from '../variable.decorator.js';

/** Addresses, sockets and logs. */
export class ServerVariables {
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

  @Variable({
    name: 'FL_TLS_CERT_PATH',
    group: 'Server',
    kind: 'string',
    description: 'Certificate chain (PEM) to speak HTTPS without a proxy; needs FL_TLS_KEY_PATH.',
    defaultText: 'none: plain HTTP',
  })
  @IsOptional()
  @IsString()
  tlsCertPath: string | undefined;

  @Variable({
    name: 'FL_TLS_KEY_PATH',
    group: 'Server',
    kind: 'string',
    description: 'Private key (PEM) of the certificate. Both are read at the start.',
    defaultText: 'none',
  })
  @IsOptional()
  @IsString()
  tlsKeyPath: string | undefined;

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
}
