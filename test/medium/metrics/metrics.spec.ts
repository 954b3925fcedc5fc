import { spawnSync } from 'node:child_process';
import { onSqliteInProcess } from '../../support/in-process-environment.js';
import { itWithPromtool } from '../../support/promtool.js';

const LOGGED = { model: 'ticket-router', model_version: '8', label: 'billing', confidence: 0.5 };
const PREFIXED = /^(?:feedback_loop|process|nodejs)_/;

onSqliteInProcess(
  'metrics',
  ({ admin, api, restart, server }) => {
    const familiesOf = (text: string): string[] =>
      [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name as string);
    const families = async (): Promise<string[]> => familiesOf((await admin.metrics()).text);

    it('have the prefix of the product, apart from those that every process has', async () => {
      expect((await families()).filter((name) => !PREFIXED.test(name))).toEqual([]);
    });

    it('count predictions by model and version', async () => {
      await api.predictions.log(LOGGED);
      expect((await admin.metrics()).text).toContain(
        'feedback_loop_predictions_total{origin="logged",persisted="database",model="ticket-router",model_version="8"} 1',
      );
    });

    itWithPromtool('are what promtool wants', async () => {
      const { text } = await admin.metrics();
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
      expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: '' });
    });

    it('also have their previous names by default', async () => {
      await restart({ FL_METRICS_OLDER_NAMES: 'true' });
      const names = await families();
      const previous = names.filter((name) => !PREFIXED.test(name));
      expect(previous).toEqual(expect.arrayContaining(['spool_rows', 'predictions_total', 'pool_size']));
      expect(names).toEqual(expect.arrayContaining(previous.map((name) => `feedback_loop_${name}`)));
      expect(new Set(names).size).toBe(names.length);
      const json = await server.request<{ name: string }[]>('/metrics', { headers: { accept: 'application/json' } });
      expect(json.body.map(({ name }) => name).sort()).toEqual([...names].sort());
    });
  },
  { settings: { FL_METRICS_OLDER_NAMES: 'false' } },
);
