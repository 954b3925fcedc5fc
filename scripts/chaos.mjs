// Runs the full set of failure tests against real processes (`npm run test:chaos`). Prints a table, and writes it to
// docs/reliability.md and its figures to bench/results/chaos.json. Takes about 15 minutes; the volume of C8 needs root.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs', 'reliability.md');
const BEGIN = '<!-- chaos: written by npm run test:chaos -->';
const END = '<!-- chaos: end -->';

const folder = mkdtempSync(join(tmpdir(), 'feedback-loop-chaos-'));
const report = join(folder, 'report.jsonl');
const { status } = spawnSync(
  process.execPath,
  [
    join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--selectProjects',
    'system',
    '--runInBand',
    '--testPathPatterns',
    'test/chaos|e2e/spool|e2e/idempotency|e2e/migrations',
  ],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, FL_CHAOS_FULL: 'true', FL_CHAOS_REPORT: report } },
);
const rows = existsSync(report)
  ? readFileSync(report, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)))
  : [];
rmSync(folder, { recursive: true, force: true });

/** The names of figures whose keys alone would not be understood. */
const NAMES = { twice: 'duplicates', told_not_recorded: 'answered as not recorded' };

/** `outage_ms: 8000` becomes `outage 8,000 ms`. */
function describeFigure([key, value]) {
  const name = (NAMES[key] ?? key).replace(/_ms$/, '').replaceAll('_', ' ');
  const text = typeof value === 'number' ? value.toLocaleString('en') : value;
  return `${name} ${text}${key.endsWith('_ms') ? ' ms' : ''}`;
}
const lines = rows.map(
  ({ id, what, figures }) => `| ${id} | ${what} | ${Object.entries(figures).map(describeFigure).join(', ')} |`,
);
const today = new Date().toISOString().slice(0, 10);
const table = ['| | failure | result |', '| --- | --- | --- |', ...lines].join('\n');
console.log(table);
if (status === 0) {
  mkdirSync(join(ROOT, 'bench', 'results'), { recursive: true });
  const result = { date: today, node: process.version, rows };
  writeFileSync(join(ROOT, 'bench', 'results', 'chaos.json'), `${JSON.stringify(result, null, 2)}\n`);
  const page = readFileSync(PAGE, 'utf8');
  const head = page.slice(0, page.indexOf(BEGIN) + BEGIN.length);
  const tail = page.slice(page.indexOf(END));
  writeFileSync(PAGE, `${head}\n\nRun on ${today}, Node ${process.version}, 2 cores.\n\n${table}\n\n${tail}`);
}
process.exitCode = status ?? 1;
