import type { FeedbackLoopConfig } from '#config';

/** Something that the server would warn of at its start. */
export interface ConfigWarning {
  code: string;
  problem: string;
  remedy: string;
}

export interface Surroundings {
  warnings: ConfigWarning[];
  /** False when the database cannot be reached. */
  isDatabaseChecked: boolean;
}

/** Checks the folders and the database of a configuration, and changes nothing in them. */
export async function checkSurroundings(config: Readonly<FeedbackLoopConfig>): Promise<Surroundings> {
  const [{ createDatabase, createDataSource, folderRisks }, { Metrics }] = await Promise.all([
    import('#persistence'),
    import('#observability'),
  ]);
  const database = createDatabase(createDataSource(config), config, new Metrics());
  const ofFolders = folderRisks(config);
  try {
    return { warnings: [...(await database.durabilityRisks()), ...ofFolders], isDatabaseChecked: true };
  } catch {
    return { warnings: ofFolders, isDatabaseChecked: false };
  } finally {
    await database.close();
  }
}
