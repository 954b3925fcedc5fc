import { existsSync } from 'node:fs';
import { type AppError, ServerClock } from '#kernel';
import { type FeedbackLoopConfig, generatedKeyVariables } from '#config';
import type { Database, KeyMismatch } from '#persistence';

/** Something that the server would warn of at its start. */
export interface ConfigWarning {
  code: string;
  problem: string;
  remedy: string;
}

export interface Surroundings {
  warnings: ConfigWarning[];
  /** What would keep the server from taking traffic. */
  problems: ConfigWarning[];
  /** False when the database cannot be reached. */
  isDatabaseChecked: boolean;
}

type Config = Readonly<FeedbackLoopConfig>;

/** Checks the folders and the database of a configuration, and changes nothing in them. */
export async function checkSurroundings(config: Config): Promise<Surroundings> {
  const { folderRisks } = await import('#persistence');
  const warnings = [...ownKeyWarnings(config), ...folderRisks(config)];
  try {
    return await withDatabase(config, async (database) => {
      const risks = await database.durabilityRisks();
      const fit = await checkFit(config, database);
      return { warnings: [...risks, ...fit.warnings, ...warnings], problems: fit.problems, isDatabaseChecked: true };
    });
  } catch {
    return { warnings, problems: [], isDatabaseChecked: false };
  }
}

/** Returns the keys of the database that this configuration lacks. @throws the errors of the database */
export async function findKeyMismatches(config: Config): Promise<KeyMismatch[]> {
  return withDatabase(config, async (database) => {
    await database.connect();
    return mismatchesIn(config, database);
  });
}

/** Makes the keys of this configuration those of the database. @throws the errors of the database */
export async function adoptKeys(config: Config): Promise<void> {
  const [{ KeyCheck }, { createLogger }] = await Promise.all([import('#persistence'), import('#observability')]);
  const logger = createLogger({ ...config, logging: { ...config.logging, level: 'silent' } });
  await withDatabase(config, async (database) => {
    await database.connect();
    await new KeyCheck(database, config, new ServerClock('cli'), logger).adopt();
  });
}

/** Warns as the server does at its start. */
function ownKeyWarnings(config: Config): ConfigWarning[] {
  const generated = generatedKeyVariables(config);
  if (config.database.target.type !== 'postgresql' || generated.length === 0) return [];
  return [
    {
      code: 'generated_keys',
      problem: `${generated.join(' and ')} not set: this server generates its own keys, and other servers cannot read its texts or tokens.`,
      remedy: 'Set them to the same values on every server that uses this database.',
    },
  ];
}

/** Compares schema and keys. A schema that the start or `migrate up` creates is no fault of the configuration. */
async function checkFit(config: Config, database: Database): Promise<Pick<Surroundings, 'problems' | 'warnings'>> {
  const { target } = config.database;
  const none = { problems: [], warnings: [] };
  // Opening a SQLite file that does not exist would create it.
  if (target.type === 'sqlite' && !existsSync(target.path)) return none;
  const { KeysMismatchError, Migrator, SchemaOutdatedError } = await import('#persistence');
  const { pending } = await new Migrator(config).status();
  if (pending.length > 0) {
    const isAutomatic = target.type === 'sqlite' || config.database.autoMigrate;
    return isAutomatic ? none : { problems: [], warnings: [toWarning(new SchemaOutdatedError())] };
  }
  await database.connect();
  const mismatches = await mismatchesIn(config, database);
  return { problems: mismatches.length === 0 ? [] : [toWarning(new KeysMismatchError(mismatches))], warnings: [] };
}

async function mismatchesIn(config: Config, database: Database): Promise<KeyMismatch[]> {
  const [{ findMismatches, KeyChecksRepository }, { existingKeys }] = await Promise.all([
    import('#persistence'),
    import('#secrets'),
  ]);
  return findMismatches(existingKeys(config), await new KeyChecksRepository(database).recorded());
}

async function withDatabase<T>(config: Config, work: (database: Database) => Promise<T>): Promise<T> {
  const [{ createDatabase, createDataSource }, { Metrics }] = await Promise.all([
    import('#persistence'),
    import('#observability'),
  ]);
  const database = createDatabase(createDataSource(config), config, new Metrics());
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function toWarning({ code, detail, remedy, title }: AppError): ConfigWarning {
  return { code, problem: detail ?? title, remedy: remedy ?? '' };
}
