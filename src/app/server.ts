import { codeOf, sleep, VERSION } from '#kernel';
import { existsSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './app.factory.js';
import {
  ConfigurationError,
  type ConfigurationProblem,
  describeDatabase,
  type FeedbackLoopConfig,
  generatedKeyVariables,
  readEnvironment,
  unknownVariables,
} from '#config';
import { HealthService, PROBES, Probes } from '#health';
import { Draining, serveMetricsAndProbes } from '#http';
import { SpoolService } from '#ingest';
import {
  type AppLogger,
  createLogger,
  Metrics,
  startErrorReports,
  startTracing,
  stopErrorReports,
  stopTracing,
} from '#observability';
import { DatabaseSupervisor } from '#persistence';
import { ModelRegistry, ServedModelsService } from '#models';
import { adminKeyPath, ApiKeysService } from '#security';

/**
 * Maximum time to stop after draining. Then, or after a second signal, the process exits with connections still open.
 */
const MAX_SHUTDOWN_MS = 40_000;

const OLDER_NAMES_REMEDY =
  'Use the names with the prefix in dashboards and alerts, then set FL_METRICS_OLDER_NAMES=false.';

const LISTEN_PROBLEMS: Record<string, ConfigurationProblem> = {
  EADDRINUSE: {
    variable: 'FL_API_PORT',
    problem: 'names a port that is taken',
    remedy: 'Stop the process that listens on …, or choose another port.',
  },
  EACCES: {
    variable: 'FL_API_PORT',
    problem: 'names a port that this user may not open',
    remedy: 'Choose a port above 1023.',
  },
  EADDRNOTAVAIL: {
    variable: 'FL_API_HOST',
    problem: 'is not an address of this machine',
    remedy: 'Use 127.0.0.1, or 0.0.0.0 for all addresses.',
  },
  ENOTFOUND: {
    variable: 'FL_API_HOST',
    problem: 'is a name that cannot be resolved',
    remedy: 'Use 127.0.0.1, or 0.0.0.0 for all addresses.',
  },
};

/**
 * Starts the server, which runs until it receives a signal.
 *
 * - It listens even without a database. The first attempt to connect happens before, so that normally the first request
 *   already finds the database.
 * - On SIGTERM, readiness reports 503, and requests are served for another FL_DRAIN_MS. Then the socket closes, and
 *   waiting records are written. SIGINT, which a person sends from a terminal, does the same without the delay.
 *
 * @throws ConfigurationError if the server cannot listen
 */
export async function startServer(config: Readonly<FeedbackLoopConfig>): Promise<NestFastifyApplication> {
  const logger = createLogger(config);
  await Promise.all([startTracing(config), startErrorReports(config)]);
  const app = await prepareApp(config, logger);
  stopOnSignal(app, config, logger);
  await serve(app, config);
  await logStart(app, config, logger);
  return app;
}

/** Creates the application, opens its spool and attempts to connect to the database. It does not listen yet. */
export async function prepareApp(
  config: Readonly<FeedbackLoopConfig>,
  logger: AppLogger,
): Promise<NestFastifyApplication> {
  const app = await createApp(config, logger);
  try {
    app.get(ServedModelsService).recordAtStart();
    await app.get(SpoolService).open();
    await app.get(ApiKeysService).restore();
  } catch (error) {
    await app.close();
    throw error;
  }
  await app.get(DatabaseSupervisor).start();
  return app;
}

/** Listens, and reports that the server has started. @throws ConfigurationError if the server cannot listen */
export async function serve(app: NestFastifyApplication, config: Readonly<FeedbackLoopConfig>): Promise<void> {
  await listen(app, config);
  app.get(HealthService).markStarted();
}

async function listen(app: NestFastifyApplication, config: Readonly<FeedbackLoopConfig>): Promise<void> {
  try {
    await app.listen(config.server.port, config.server.host);
    if (config.observability.metricsPort !== undefined)
      await listenForObservers(app, config, config.observability.metricsPort);
  } catch (error) {
    await app.close();
    const reason = LISTEN_PROBLEMS[codeOf(error) ?? ''];
    if (!reason) throw error;
    throw new ConfigurationError([
      { ...reason, remedy: reason.remedy.replace('…', `${config.server.host}:${config.server.port}`) },
    ]);
  }
}

async function listenForObservers(
  app: NestFastifyApplication,
  { server: { host } }: Readonly<FeedbackLoopConfig>,
  port: number,
): Promise<void> {
  const probes = app.get(Probes);
  const server = await serveMetricsAndProbes({ host, port }, app.get(Metrics), (path) => {
    const known = PROBES.find((each) => each === path);
    if (!known) return undefined;
    const { good, ...body } = probes.check(known);
    return { status: good ? 200 : 503, body };
  });
  // The observer must not keep the process running.
  server.unref();
}

async function logStart(
  app: NestFastifyApplication,
  config: Readonly<FeedbackLoopConfig>,
  logger: AppLogger,
): Promise<void> {
  const unknown = unknownVariables(readEnvironment());
  if (unknown.length > 0) logger.warn({ variables: unknown }, 'unknown FL_ variables are ignored');
  if (config.observability.metricsOlderNames)
    logger.warn(
      { variables: ['FL_METRICS_OLDER_NAMES'], remedy: OLDER_NAMES_REMEDY },
      'metrics are also exposed under their names without feedback_loop_, which the next release removes',
    );
  const generated = generatedKeyVariables(config);
  if (config.database.target.type === 'postgresql' && generated.length > 0)
    logger.warn(
      { variables: generated, remedy: 'Set them to the same values on every server that uses this database.' },
      'this server generated its own keys: other servers cannot read its texts or tokens',
    );
  const keyPath = adminKeyPath(config);
  logger.info(
    {
      version: VERSION,
      node: process.version,
      database: describeDatabase(config.database.target),
      state: app.get(DatabaseSupervisor).status.state,
      address: await app.getUrl(),
      model_version: app.get(ModelRegistry).get().version,
      ...(existsSync(keyPath) ? { admin_key: keyPath } : {}),
    },
    'feedback-loop is listening',
  );
  logger.flush();
}

function stopOnSignal(app: NestFastifyApplication, config: Readonly<FeedbackLoopConfig>, logger: AppLogger): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), config.server.drainMs + MAX_SHUTDOWN_MS).unref();
    logger.info({ signal, wait_ms: signal === 'SIGTERM' ? config.server.drainMs : 0 }, 'stopping');
    app.get(Draining).start();
    if (signal === 'SIGTERM') await sleep(config.server.drainMs);
    await app.close();
    await Promise.all([stopTracing(), stopErrorReports()]);
    logger.info('stopped');
    logger.flush();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stop(signal).catch((error: unknown) => {
        logger.error({ err: error }, 'failed to stop');
        logger.flush();
        process.exitCode = 1;
      });
    });
  }
}
