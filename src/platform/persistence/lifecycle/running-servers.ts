import BetterSqlite3 from 'better-sqlite3';
import { AppError, codeOf } from '#kernel';

/** Servers use the database while a command needs it for itself. */
export class ServerRunningError extends AppError {
  constructor(title: string, detail: string) {
    super({
      code: 'server_running',
      status: 409,
      title,
      detail,
      remedy: 'Stop every server of this database first.',
    });
  }
}

/** Counts connections of servers and commands of this product, except those of a migration. */
const CONNECTIONS = `SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database()
  AND application_name LIKE 'feedback-loop%' AND application_name <> 'feedback-loop-migrate' AND pid <> pg_backend_pid()`;

/**
 * Fails if servers are connected to the PostgreSQL database.
 *
 * @param title what was not done, as the title of the error
 * @throws ServerRunningError (409)
 */
export async function requireNoConnections(
  query: (text: string) => Promise<{ n: string }[]>,
  title: string,
): Promise<void> {
  const [row] = await query(CONNECTIONS);
  if (Number(row?.n ?? 0) > 0) throw new ServerRunningError(title, 'Servers are connected to the database.');
}

/**
 * Fails if a process has the SQLite file open. Leaves WAL mode, which a server enters again.
 *
 * @param title what was not done, as the title of the error
 * @throws ServerRunningError (409)
 */
export function requireUnusedFile(path: string, title: string): void {
  const current = new BetterSqlite3(path, { timeout: 0 });
  try {
    // Leaving WAL mode requires exclusive access, and moves everything out of the WAL.
    current.pragma('journal_mode = DELETE');
  } catch (error) {
    if (codeOf(error)?.startsWith('SQLITE_BUSY')) throw new ServerRunningError(title, `A process has ${path} open.`);
    // The file is no longer a database: the caller finds that out.
  } finally {
    current.close();
  }
}
