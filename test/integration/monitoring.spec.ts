import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onSqliteInProcess } from '../support/in-process-environment.js';
import { itWithPromtool } from '../support/promtool.js';
import { ROOT } from '../support/server-process.js';

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const RULES = read('docker', 'prometheus', 'alerts.yml');
const ALERTS = [...RULES.matchAll(/- alert: (\w+)/g)].map((match) => match[1] as string);

// S1-30 S2-F3
describe('alerts', () => {
  it('are many', () => {
    expect(ALERTS.length).toBeGreaterThan(10);
  });

  it.each(ALERTS)('are tested to fire and to stay quiet, and have a runbook: %s', (name) => {
    const tests = read('docker', 'prometheus', 'alerts.test.yml');
    expect(tests).toContain(`name: ${name} fires`);
    expect(tests).toContain(`name: ${name} stays quiet`);
    expect(read('docs', 'operations', 'runbooks.md')).toContain(`## ${name}\n`);
  });

  // S1-30
  itWithPromtool('fire when they must', () => {
    const { status, stderr, stdout } = spawnSync(
      'promtool',
      ['test', 'rules', join(ROOT, 'docker', 'prometheus', 'alerts.test.yml')],
      { encoding: 'utf8' },
    );
    expect({ status, output: stdout + stderr }).toEqual({
      status: 0,
      output: expect.stringContaining('SUCCESS') as string,
    });
  });
});

onSqliteInProcess(
  'alerts and dashboard',
  ({ admin }) => {
    const dashboard = JSON.parse(read('docker', 'grafana', 'dashboards', 'feedback-loop.json')) as {
      panels: { targets?: { expr: string }[] }[];
    };
    const expressions = [
      ...[...RULES.matchAll(/expr: (.*)/g)].map((match) => match[1] as string),
      ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ];
    const FUNCTIONS = ['histogram_quantile', 'label_values'];

    // S3-F6 S3-F8
    it('use metrics that the server has', async () => {
      const { text } = await admin.metrics();
      const known = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map((match) => match[1] as string));
      const used = new Set(
        expressions.flatMap((each) => [...each.matchAll(/\b[a-z]\w*_\w+\b(?=\{|\[|\s|\)|$)/g)].map(([name]) => name)),
      );
      expect(used.size).toBeGreaterThan(25);
      const unknown = [...used].filter((name) => !known.has(name.replace(/_(?:bucket|count|sum)$/, '')));
      expect(unknown.filter((name) => !FUNCTIONS.includes(name))).toEqual([]);
    });
  },
  // They use no name of the previous versions.
  { settings: { FL_METRICS_OLDER_NAMES: 'false' } },
);
