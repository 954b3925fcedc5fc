import { join } from 'node:path';
import type { FeedbackLoopConfig } from '#config';
import type { DurabilityRisk } from './durability-risk.js';
import { fileSystemOf } from './file-systems.js';

/** Returns the risks of the folders of this server: of its spool, and of keys that it generated. */
export function folderRisks({ security, server, spool }: Readonly<FeedbackLoopConfig>): DurabilityRisk[] {
  const risks: DurabilityRisk[] = [];
  const isTemporary = (path: string): boolean => fileSystemOf(path)?.isTemporary === true;
  if (spool.enabled && isTemporary(spool.dir ?? join(server.dataDir, 'spool')))
    risks.push({
      code: 'spool_on_temporary_volume',
      problem:
        'The spool is in memory: records that it acknowledges in an outage of the database are lost at a restart.',
      remedy: 'Set FL_SPOOL_DIR to a folder on a disk that survives a restart.',
    });
  const isGenerated = security.encryptionKey.length === 0 || security.secretKey.length === 0;
  if (isGenerated && isTemporary(server.dataDir))
    risks.push({
      code: 'keys_on_temporary_volume',
      problem: 'The generated keys are in memory: after a restart, nothing that they encrypted can be read.',
      remedy: 'Set FL_ENCRYPTION_KEY and FL_SECRET_KEY, or FL_DATA_DIR to a folder on a disk.',
    });
  return risks;
}

/** Returns the risks of the volume of a SQLite database. */
export function sqliteRisks(path: string): DurabilityRisk[] {
  const volume = fileSystemOf(path);
  if (volume?.isTemporary)
    return [
      {
        code: 'database_on_temporary_volume',
        problem: `The database is in memory (${volume.type}): everything is lost at a restart.`,
        remedy: 'Set FL_DB_PATH or FL_DATA_DIR to a folder on a disk.',
      },
    ];
  if (volume?.isNetwork)
    return [
      {
        code: 'database_on_network_volume',
        problem: `The SQLite database is on a network file system (${volume.type}), whose locks can fail and damage it.`,
        remedy: 'Put the file on a local disk, or use PostgreSQL.',
      },
    ];
  return [];
}
