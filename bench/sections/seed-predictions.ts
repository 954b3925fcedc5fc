import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { ROOT, type Setting } from '../setting.js';

const TENANT = '00000000-0000-7000-8000-000000000001';
const DAY = 86_400_000;

let seeds = 0;

export interface Seeded {
  environment: Record<string, string>;
  uri: string | undefined;
  folder: string;
  /** Seconds that the migration took to roll up the existing predictions. */
  rollUpSeconds: number;
}

/**
 * Creates a database with `rows` predictions, spread evenly over the last `days` days, with three labels, two versions,
 * and confidences and latencies of all sizes. The migration itself creates the rollups, as in an upgrade.
 */
export async function seedPredictions(
  setting: Setting,
  dialect: 'sqlite' | 'postgresql',
  rows: number,
  days = 80,
): Promise<Seeded> {
  const folder = mkdtempSync(join(setting.folder, 'seeded-'));
  const uri = dialect === 'sqlite' ? undefined : await setting.database(`seeded_${seeds++}`);
  const environment = { FL_DATA_DIR: folder, ...(uri ? { FL_DB_URI: uri } : {}) };
  cli(['migrate', 'up'], environment);
  while (/^applied +CreatePredictionRollups/m.test(cli(['migrate', 'status'], environment)))
    cli(['migrate', 'down'], environment);
  const now = Date.now();
  const step = (days * DAY) / rows;
  if (uri) await seedPostgres(setting, uri, rows, now, step);
  else seedSqlite(join(folder, 'feedback-loop.db'), rows, now, step);
  const began = performance.now();
  cli(['migrate', 'up'], environment);
  const rollUpSeconds = (performance.now() - began) / 1000;
  if (uri) await setting.administer('VACUUM ANALYZE', uri);
  return { environment, uri, folder, rollUpSeconds };
}

export function cli(args: string[], environment: Record<string, string>): string {
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(ROOT, 'bin', 'feedback-loop.js'), ...args], {
    env: { PATH: process.env.PATH, ...environment },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return stdout;
}

const COLUMNS =
  'id, tenant_id, timestamp, recorded_at, model, model_version, label, confidence_score, latency_ms, cache_hit, source';
const LABEL = "CASE n % 3 WHEN 0 THEN 'positive' WHEN 1 THEN 'negative' ELSE 'neutral' END";

async function seedPostgres(setting: Setting, uri: string, rows: number, now: number, step: number): Promise<void> {
  const time = `(${now} - n * ${step})::bigint`;
  await setting.administer(
    `INSERT INTO predictions (${COLUMNS})
     SELECT (lpad(to_hex(${time}), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
       '${TENANT}', to_timestamp(${time} / 1000.0), to_timestamp(${time} / 1000.0), 'm', CASE WHEN n % 10 = 0 THEN 'v2' ELSE 'v1' END,
       ${LABEL}, (n % 997) / 997.0, exp((n % 1009) / 160.0) / 10, n % 4 = 0, 'served'
     FROM (SELECT n::bigint AS n FROM generate_series(0, ${rows - 1}) n) numbers`,
    uri,
  );
}

function seedSqlite(path: string, rows: number, now: number, step: number): void {
  const database = new BetterSqlite3(path, { timeout: 20_000 });
  database.pragma('synchronous = OFF');
  const time = `CAST(${now} - n * ${step} AS INTEGER)`;
  // Numbers the last group, because the time alone repeats when there are many rows.
  const hex = `printf('%012x', ${time})`;
  database.exec(
    `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${rows - 1})
     INSERT INTO predictions (${COLUMNS})
     SELECT substr(${hex}, 1, 8) || '-' || substr(${hex}, 9) || '-7000-8000-' || printf('%012x', n), '${TENANT}', ${time}, ${time}, 'm',
       CASE WHEN n % 10 = 0 THEN 'v2' ELSE 'v1' END, ${LABEL}, (n % 997) / 997.0, exp((n % 1009) / 160.0) / 10, n % 4 = 0, 'served'
     FROM numbers`,
  );
  database.close();
}
