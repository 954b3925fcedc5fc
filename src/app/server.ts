import { codeOf, sleep, VERSION } from '#kernel';
import { existsSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './app.factory.js';
import {
  ConfigurationError,
  type ConfigurationProblem,
  describeDatabase,
  type FeedbackLoopConfig,
  readEnvironment,
  unknownVariables,
} from '#config';
import { HealthService, PROBES, Probes } from '#health';
import { Draining, serveObservers } from '#http';
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

/** A second signal, or this long after the draining, ends the process whatever is still open. */
const MAX_SHUTDOWN_MS = 40_000;

const LISTEN_PROBLEMS: Record<string, ConfigurationProblem> = {
  EADDRINUSE: {
    variable: 'FL_API_PORT',
    problem: 'names a port that is taken',
    remedy: 'Something listens on … already: stop it, or choose another port.',
  },
  EACCES: {
    variable: 'FL_API_PORT',
    problem: 'names a port that this user may not open',
    remedy: 'Choose a port above 1023.',
  },
  EADDRNOTAVAIL: {
    variable: 'FL_API_HOST',
    problem: 'is no address of this machine',
    remedy: 'Use 127.0.0.1, or 0.0.0.0 for all addresses.',
  },
  ENOTFOUND: {
    variable: 'FL_API_HOST',
    problem: 'is a name that cannot be resolved',
    remedy: 'Use 127.0.0.1, or 0.0.0.0 for all addresses.',
  },
};

/**
 * Starts the server and stays until a signal.
 *
 * - listens also without a database; the first attempt to reach it comes before, so that a good start has it from the first
 *   request on
 * - SIGTERM: readiness turns 503, requests are served for FL_DRAIN_MS more, then the socket closes and what waits is written.
 *   SIGINT (a person at a terminal) does the same without the pause
 */
export async function startServer(config: Readonly<FeedbackLoopConfig>): Promise<NestFastifyApplication> {
  const logger = createLogger(config);
  await Promise.all([startTracing(config), startErrorReports(config)]);
  const app = await createApp(config, logger);
  try {
    app.get(ServedModelsService).noteAtStart();
    await app.get(SpoolService).open();
    await app.get(ApiKeysService).restore();
  } catch (error) {
    await app.close();
    throw error;
  }
  await app.get(DatabaseSupervisor).start();
  stopOnSignal(app, config, logger);
  await listen(app, config);
  app.get(HealthService).markStarted();
  await announce(app, config, logger);
  return app;
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
  const server = await serveObservers({ host, port }, app.get(Metrics), (path) => {
    const known = PROBES.find((each) => each === path);
    if (!known) return undefined;
    const { good, status } = probes.answer(known);
    return { status: good ? 200 : 503, body: { status } };
  });
  // It must not keep a server from ending, and goes with it.
  server.unref();
}

async function announce(
  app: NestFastifyApplication,
  config: Readonly<FeedbackLoopConfig>,
  logger: AppLogger,
): Promise<void> {
  const unknown = unknownVariables(readEnvironment());
  if (unknown.length > 0)
    logger.warn({ variables: unknown }, 'these variables start with FL_ and mean nothing to this version');
  const own = [
    ...(config.security.secretKey.length === 0 ? ['FL_SECRET_KEY'] : []),
    ...(config.security.encryptionKey.length === 0 ? ['FL_ENCRYPTION_KEY'] : []),
  ];
  if (config.database.target.type === 'postgresql' && own.length > 0)
    logger.warn(
      { variables: own, remedy: 'Set them to the same values on every server that uses this database.' },
      'this server made keys of its own: a second one could read neither its texts nor its tokens',
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
        logger.error({ err: error }, 'stopping failed');
        logger.flush();
        process.exitCode = 1;
      });
    });
  }
}
