import { TABLES } from '#migrations';
import type { DurabilityRisk } from './durability-risk.js';
import { fileSystemIn } from './file-systems.js';

/** Columns are null where the role may not see them. */
interface Facts {
  fsync: string;
  full_page_writes: string;
  unlogged: string[] | null;
  data_directory: string | null;
  reads_files: boolean;
}

const FACTS = `
  SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
    (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS data_directory,
    has_function_privilege('pg_read_file(text)', 'execute') AS reads_files,
    (SELECT array_agg(c.relname::text ORDER BY c.relname) FROM pg_class c
     WHERE c.relpersistence = 'u' AND c.relkind = 'r' AND c.relnamespace = to_regnamespace(current_schema())
     AND (c.relname = ANY($1) OR c.oid IN
       (SELECT i.inhrelid FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE p.relname = ANY($1))))
    AS unlogged`;

type Query = <Row>(text: string, values: unknown[]) => Promise<Row[]>;

/**
 * Returns the settings of a PostgreSQL server that can lose committed rows. `synchronous_commit` is not one of them,
 * because every transaction of the product sets it for itself.
 *
 * The volume of the data is known only to a role that may read the server's files; others get no result for it.
 */
export async function postgresRisks(query: Query): Promise<DurabilityRisk[]> {
  const [facts] = await query<Facts>(FACTS, [[...TABLES]]);
  if (!facts) return [];
  const risks: DurabilityRisk[] = [];
  if (facts.fsync === 'off')
    risks.push({
      code: 'fsync_off',
      problem: 'PostgreSQL runs with fsync = off: a power failure can damage the whole database.',
      remedy: 'Set fsync = on in postgresql.conf and reload.',
    });
  if (facts.full_page_writes === 'off')
    risks.push({
      code: 'full_page_writes_off',
      problem: 'PostgreSQL runs with full_page_writes = off: a power failure can damage pages that were being written.',
      remedy: 'Set full_page_writes = on in postgresql.conf and reload.',
    });
  if (facts.unlogged)
    risks.push({
      code: 'unlogged_tables',
      problem: `Tables are unlogged, so a crash of PostgreSQL empties them: ${facts.unlogged.join(', ')}.`,
      remedy: 'Run ALTER TABLE … SET LOGGED for each of them.',
    });
  if (await isInMemory(query, facts))
    risks.push({
      code: 'database_on_temporary_volume',
      problem: "PostgreSQL's data directory is in memory: everything is lost when its machine or container stops.",
      remedy: 'Move the data directory to a disk.',
    });
  return risks;
}

async function isInMemory(query: Query, { data_directory: folder, reads_files: reads }: Facts): Promise<boolean> {
  if (folder === null || !reads) return false;
  try {
    const [row] = await query<{ mounts: string }>("SELECT pg_read_file('/proc/self/mountinfo') AS mounts", []);
    return row !== undefined && fileSystemIn(row.mounts, folder)?.isTemporary === true;
  } catch {
    // The server does not run on Linux, or is not allowed to read this file.
    return false;
  }
}
