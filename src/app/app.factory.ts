import compress from '@fastify/compress';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { constants } from 'node:zlib';
import { AppModule } from './app.module.js';
import { ConfigurationError, type FeedbackLoopConfig } from '#config';
import {
  addCors,
  addHooks,
  addParsers,
  AllowedMethods,
  handleClientError,
  handleFrameworkError,
  rejectUnsupportedRequests,
  Draining,
  ForwardedHeaders,
  ProblemFilter,
} from '#http';
import { maxSubmissionBytes } from '#feedback';
import { APP_LOGGER, type AppLogger, createLogger, Metrics, NestLogger } from '#observability';
import { FieldCipher, Secrets } from '#secrets';
import { isOpenToPublishableKeys } from '#security';

/** Content types that become smaller, beyond those that `mime-db` knows. */
const COMPRESSIBLE = /^text\/(?!event-stream)|[+/](?:json|text|xml|x-ndjson)(?:;|$)/;
const HEADERS_TIMEOUT_MS = 15_000;
const CONNECTION_TIMEOUT_MS = 20_000;
/** Longer than the idle time-outs of common load balancers (60 s), so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/**
 * Creates the application without listening and without connecting to a database. Sets every time-out of the socket,
 * because Fastify's defaults wait without a limit.
 *
 * @throws ConfigurationError if a certificate or a key cannot be used
 */
export async function createApp(
  config: Readonly<FeedbackLoopConfig>,
  logger: AppLogger = createLogger(config),
): Promise<NestFastifyApplication> {
  // Checked first, because an error inside Nest's injector is printed with forty lines of stack.
  new Secrets(config);
  new FieldCipher(config);
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: config.server.bodyLimitBytes,
    trustProxy: trustProxy(config.server.trustedProxies),
    // Off, because Node applies it to the whole body, and would cut an upload that still flows. Body guards replace it.
    requestTimeout: 0,
    // Also runs while a handler works, so it must be longer than the slowest query.
    connectionTimeout: Math.max(CONNECTION_TIMEOUT_MS, config.database.analyticsTimeoutMs + 5000),
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    ...socketOptions(config),
    // Requests that arrive while the server drains are still served.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
    clientErrorHandler: handleClientError,
    frameworkErrors: handleFrameworkError as never,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(config, logger), adapter, {
    bufferLogs: true,
    bodyParser: false,
    abortOnError: false,
  });
  app.useLogger(app.get(NestLogger));
  app.useGlobalFilters(app.get(ProblemFilter));
  const fastify = adapter.getInstance();
  rejectUnsupportedRequests(app.getHttpServer() as never);
  addParsers(fastify as never, maxSubmissionBytes(config));
  addHooks(fastify as never, {
    logger: app.get<AppLogger>(APP_LOGGER),
    metrics: app.get(Metrics),
    allowedMethods: app.get(AllowedMethods),
    draining: app.get(Draining),
    forwarded: app.get(ForwardedHeaders),
  });
  addCors(fastify as never, config.server.corsOrigins, isOpenToPublishableKeys);
  if (config.server.compression) {
    await app.register(compress as never, {
      threshold: 1024,
      encodings: ['br', 'gzip', 'deflate'],
      customTypes: (type: string) => COMPRESSIBLE.test(type),
      // Each chunk is sent at once, because the lines of NDJSON tell the sender about lines while the others are read.
      zlibOptions: { flush: constants.Z_SYNC_FLUSH },
      // The default quality of brotli takes more time than the smaller body saves on the network.
      brotliOptions: {
        flush: constants.BROTLI_OPERATION_FLUSH,
        params: { [constants.BROTLI_PARAM_QUALITY]: 4 },
      },
      // Request bodies are not decompressed, because a few bytes could expand to gigabytes.
      globalDecompression: false,
    });
  }
  await app.init();
  return app;
}

function socketOptions(config: Readonly<FeedbackLoopConfig>): { http: object } | { https: object } {
  const options = { headersTimeout: HEADERS_TIMEOUT_MS, requireHostHeader: false };
  const tls = readCertificate(config);
  return tls ? { https: { ...options, ...tls, minVersion: 'TLSv1.2' } } : { http: options };
}

/** Reads the TLS certificate and key. @throws ConfigurationError if a file cannot be read, or they do not match */
export function readCertificate({
  server: { tlsCertPath, tlsKeyPath },
}: Readonly<FeedbackLoopConfig>): { cert: Buffer; key: Buffer } | undefined {
  if (tlsCertPath === undefined || tlsKeyPath === undefined) return undefined;
  const read = (variable: string, path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch {
      throw new ConfigurationError([
        {
          variable,
          problem: 'names a file that cannot be read',
          remedy: 'Check the path, and that this user may read the file.',
        },
      ]);
    }
  };
  const pair = { cert: read('FL_TLS_CERT_PATH', tlsCertPath), key: read('FL_TLS_KEY_PATH', tlsKeyPath) };
  try {
    createSecureContext(pair);
  } catch {
    throw new ConfigurationError([
      {
        variable: 'FL_TLS_CERT_PATH',
        problem: 'and FL_TLS_KEY_PATH do not name a certificate and its key',
        remedy: 'Name PEM files that belong together.',
      },
    ]);
  }
  return pair;
}

function trustProxy(proxies: readonly string[]): false | string[] | ((address: string, hop: number) => boolean) {
  if (proxies.length === 0) return false;
  const [first = ''] = proxies;
  return /^\d{1,2}$/.test(first) ? (_, hop) => hop < Number(first) : [...proxies];
}
