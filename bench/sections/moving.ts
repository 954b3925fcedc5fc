import { mkdtempSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, type Goal } from '../goal.js';
import type { Setting } from '../setting.js';
import { cli, seedPredictions } from './seed-predictions.js';

const ROWS = 1_000_000;
/** Not a promise, but a bound: a longer run on such a machine needs an explanation. */
const MINUTES = 10;

/**
 * S1-56: measures backup of a million predictions, restore elsewhere (the RTO of a lost disk) and the move to
 * PostgreSQL.
 */
export async function moving(setting: Setting): Promise<Goal[]> {
  const { environment, folder } = await seedPredictions(setting, 'sqlite', ROWS);
  const backup = join(folder, 'b.zip');
  const timed = (args: string[], env: Record<string, string>): number => {
    const began = performance.now();
    cli(args, env);
    return (performance.now() - began) / 60_000;
  };
  const made = timed(['backup', '--to', backup], environment);
  const other = mkdtempSync(join(setting.folder, 'restored-'));
  const restored = timed(['restore', '--from', backup, '--json'], { FL_DATA_DIR: other });
  const uri = await setting.database('moved');
  const file = join(folder, 'feedback-loop.db');
  const size = `${Math.round(statSync(file).size / 2 ** 20)} MiB`;
  const moved = timed(['migrate', 'from-sqlite', file], { ...environment, FL_DB_URI: uri });
  const { rows } = await setting.administer('SELECT COUNT(*) AS n FROM predictions', uri);
  const [{ n }] = rows as [{ n: string }];
  if (Number(n) !== ROWS) throw new Error(`${n} of ${ROWS} predictions arrived`);
  const goal = (what: string, minutes: number): Goal =>
    atMost(
      'S1-56',
      what,
      minutes,
      MINUTES,
      ' min',
      `${ROWS} predictions, ${size}, ${Math.round(ROWS / minutes / 60)} a second`,
    );
  return [
    goal('backup of a million predictions on SQLite, checked', made),
    goal('its restore into an empty environment, checked', restored),
    goal('the same moved to PostgreSQL', moved),
  ];
}
