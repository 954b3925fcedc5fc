import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { runCli } from '../support/cli.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { until } from '../support/outage.js';
import { ServerProcess } from '../support/server-process.js';

type Json = Record<string, unknown>;
const KINDS = ['predictions', 'votes', 'labels', 'feedback', 'metrics'] as const;
const DAY = 86_400_000;
const ENVIRONMENT = { FL_METRIC_EVENTS_SENSITIVE: 'email', FL_RETENTION_ENABLED: 'false' };

const linesOf = (path: string): Json[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json);

describe.each(DIALECTS)('records as files on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, ENVIRONMENT);
    await plant();
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const cli = (args: string[], of: TestDatabase = database) =>
    runCli(args, { ...of.environment, ...ENVIRONMENT }, of.folder);

  async function plant(): Promise<void> {
    for (let i = 0; i < 5; i++) {
      const logged = await server.request<{ id: string }>('/api/v1/predictions', {
        body: {
          model: 'm',
          model_version: 'v',
          label: `l${i}`,
          confidence: 0.1 * i,
          scores: { [`l${i}`]: 0.1 * i },
          latency_ms: i + 0.5,
          input_text: i === 0 ? '[1,2]' : `=SUM(A${i}) "quoted", ä\nnew line`,
          metadata: { i, nested: { a: [1, null] } },
          user_id: `u${i}`,
          session_id: 's',
          inference_id: `inf-${i}`,
          timestamp: new Date(Date.now() - i * DAY).toISOString(),
        },
      });
      await server.request(`/api/v1/predictions/${logged.body.id}/feedback`, {
        method: 'PUT',
        body: { correct: i % 2 === 0, comment: `said ${i}`, user_id: `u${i}` },
      });
      await server.request('/api/v1/labels', { body: { prediction_id: logged.body.id, label: 'x', source: 'system' } });
      await server.request('/api/v1/feedback', {
        body: {
          session_id: 's',
          category: 'bug',
          description: `+1 for ${i}`,
          url: 'https://a.example/',
          timestamp: 'yesterday',
          api_state: { open: i },
          annotation_coords: [1, 2],
          user_id: `u${i}`,
        },
      });
      await server.request('/api/v1/metrics', {
        body: { type: 't', data: { email: `u${i}@example.com`, n: i }, user_id: `u${i}`, external_id: `e${i}` },
      });
    }
  }

  /** Out by the command, in by the command, out by the API. */
  async function comesBack(
    kind: (typeof KINDS)[number],
    format: string,
    other: TestDatabase,
    elsewhere: ServerProcess,
  ): Promise<void> {
    const file = join(other.folder, `${kind}.${format}`);
    const out = await cli(['export', kind, '--to', file, '--json']);
    expect([kind, out.code, JSON.parse(out.stdout)]).toMatchObject([kind, 0, { kind, records: 5 }]);
    const inside = await cli(['import', kind, file, '--json'], other);
    expect([kind, JSON.parse(inside.stdout)]).toMatchObject([kind, { imported: 5, known: 0, refused: 0 }]);
    if (format === 'jsonl') {
      const again = await cli(['import', kind, file, '--json'], other);
      expect([kind, JSON.parse(again.stdout)]).toMatchObject([kind, { imported: 0, known: 5, refused: 0 }]);
    }
    const path = kind === 'feedback' ? '/admin/api/export' : `/api/v1/${kind}/export`;
    // Votes have ids made of their tenant; what records are linked to is found out again.
    const all = async (of: ServerProcess): Promise<Json[]> => {
      const answer = await fetch(`${of.address}${path}?format=jsonl`, {
        headers: { authorization: `Bearer ${of.adminKey}` },
      });
      const rows = (await answer.text()).split('\n').filter((line) => line !== '');
      return rows
        .map((line) => JSON.parse(line) as Json)
        .map(({ id, ...rest }) => ({ ...rest, link: undefined, id: kind === 'votes' ? undefined : id }))
        .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    };
    const before = await all(server);
    expect(before).toHaveLength(5);
    expect(await all(elsewhere)).toEqual(before);
  }

  it('S0-F7 S4-13 are the same after a way out and in again, as JSON lines and as CSV, rollups and links too', async () => {
    // What CSV does to texts is the same on both.
    for (const format of dialect === 'sqlite' ? ['jsonl', 'csv'] : ['jsonl']) {
      const other = await createTestDatabase(dialect);
      const elsewhere = await ServerProcess.start(other, ENVIRONMENT);
      try {
        await Promise.all(KINDS.map((kind) => comesBack(kind, format, other, elsewhere)));
        const { body } = await elsewhere.request<{ total_predictions: number }>('/api/v1/analytics/summary');
        expect(body.total_predictions).toBe(5);
        await until(async () => {
          const pending = await other.query<{ n: unknown }>(
            "SELECT COUNT(*) AS n FROM prediction_votes WHERE link <> 'linked'",
          );
          return Number(pending[0]?.n) === 0;
        });
        const sealed = await other.query<{ input_text: string }>('SELECT input_text FROM predictions');
        expect(sealed.every(({ input_text }) => input_text.startsWith('v1.'))).toBe(true);
      } finally {
        await elsewhere.stop();
        await other.drop();
      }
    }
  });

  it('S0-F7 keep texts that look like something else: formulas, apostrophes, JSON', async () => {
    const states = ['{"a":1}', '123', 'true', 'null', '"q"', "'=1", { a: '=1' }, [1]];
    const source = await createTestDatabase(dialect);
    const from = await ServerProcess.start(source, ENVIRONMENT);
    for (const [i, api_state] of states.entries()) {
      const base = { session_id: 's', category: 'bug', url: 'https://a.example/', timestamp: 't' };
      const description = ["'=1", "''=1", '=1', "'", '＝1', '-', "'a", '@'][i];
      expect((await from.request('/api/v1/feedback', { body: { ...base, description, api_state } })).status).toBe(201);
      const label = ["'=lab", "''=lab", '=lab', '+', "'", '123', 'true', 'null'][i];
      await from.request('/api/v1/predictions', { body: { model: '=m', model_version: '1', label, confidence: 1 } });
    }
    const all = async (of: ServerProcess, kind: string): Promise<Json[]> => {
      const path = kind === 'feedback' ? '/admin/api/export' : `/api/v1/${kind}/export`;
      const lines = (await of.request(`${path}?format=jsonl`)).text.trim().split('\n');
      return lines.map((line) => ({ ...(JSON.parse(line) as Json), link: undefined }));
    };
    try {
      for (const format of dialect === 'sqlite' ? ['csv', 'jsonl'] : ['csv']) {
        const other = await createTestDatabase(dialect);
        const elsewhere = await ServerProcess.start(other, ENVIRONMENT);
        for (const kind of ['feedback', 'predictions']) {
          const file = join(other.folder, `${kind}.${format}`);
          await cli(['export', kind, '--to', file], source);
          expect((await cli(['import', kind, file], other)).code).toBe(0);
          expect([format, kind, await all(elsewhere, kind)]).toEqual([format, kind, await all(from, kind)]);
        }
        await elsewhere.stop();
        await other.drop();
      }
    } finally {
      await from.stop();
      await source.drop();
    }
  });

  it('S0-F5 leave as Parquet by the API; texts only with read:text', async () => {
    const headers = { authorization: `Bearer ${server.adminKey}` };
    for (const kind of ['predictions', 'votes', 'labels']) {
      const answer = await fetch(`${server.address}/api/v1/${kind}/export?format=parquet`, { headers });
      expect([kind, answer.status]).toEqual([kind, 200]);
      const rows = (await parquetReadObjects({ file: await answer.arrayBuffer() })) as Json[];
      expect(rows).toHaveLength(5);
    }
    const { body } = await server.request<{ key: string }>('/admin/api/keys', {
      body: { name: 'r', scopes: ['read'] },
    });
    const plainAnswer = await fetch(`${server.address}/api/v1/predictions/export?format=jsonl`, {
      headers: { authorization: `Bearer ${body.key}` },
    });
    const text = await plainAnswer.text();
    expect(text).not.toContain('SUM');
    expect(Object.keys(JSON.parse(text.split('\n')[0] as string) as Json)).not.toContain('metadata');
    expect((await server.request('/api/v1/votes/export?from=nonsense')).status).toBe(422);
  });

  it('S0-F7 without ids are the same when they are imported again, and counted as what they are', async () => {
    const predictions = join(database.folder, 'no-ids.csv');
    const head = 'model,model_version,label,confidence,timestamp';
    const line = 'm,v,no-ids,0.5,2026-01-02T03:04:05Z';
    writeFileSync(predictions, [head, line, line].join('\n'));
    for (const expected of [
      { imported: 2, known: 0 },
      { imported: 0, known: 2 },
    ])
      expect(JSON.parse((await cli(['import', 'predictions', predictions, '--json'])).stdout)).toMatchObject(expected);
    const events = join(database.folder, 'named.jsonl');
    const event = (day: number): string =>
      JSON.stringify({ type: 'n', data: { day }, external_id: 'named', accepted_at: `2026-11-0${day}T00:00:00Z` });
    writeFileSync(events, [event(2), event(1)].join('\n'));
    expect(JSON.parse((await cli(['import', 'metrics', events, '--json'])).stdout)).toMatchObject({
      imported: 1,
      known: 1,
    });
  });

  it('name each line that is refused, and take the others', async () => {
    const file = join(database.folder, 'mixed.jsonl');
    const refused = join(database.folder, 'refused.jsonl');
    writeFileSync(
      file,
      [
        '{"model":"m","model_version":"v","label":"imported","confidence":0.5}',
        '{"model":"m","model_version":"v","label":"imported","confidence":7}',
        'nonsense',
        '{"model":"m","model_version":"v","label":"imported","confidence":0.5,"timestamp":"2020-01-01T00:00:00Z","surprise":1}',
        '{"model":"m","model_version":"v","label":"imported","confidence":0.5,"timestamp":"2020-01-01T00:00:00Z"}',
        '{"model":"m","model_version":"v","label":"a\\u0000b","confidence":0.5}',
      ].join('\n'),
    );
    const { code, stdout, stderr } = await cli(['import', 'predictions', file, '--refused', refused, '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { imported: 2, refused: 4, lines: 6 }]);
    expect(stderr).toContain('line 2: confidence');
    expect(linesOf(refused).map(({ line }) => line)).toEqual([2, 3, 4, 6]);
    const rows = await database.query<{ n: unknown }>("SELECT COUNT(*) AS n FROM predictions WHERE label = 'imported'");
    expect(Number(rows[0]?.n)).toBe(2);
  });

  it('a line of CSV with other cells is refused; one that breaks the file ends the import, and says where', async () => {
    const file = join(database.folder, 'cells.csv');
    const head = 'model,model_version,label,confidence';
    const good = 'm,v,csv,0.5';
    writeFileSync(file, [head, good, 'm,v,csv,0.5,surplus', good, 'm,v', good].join('\r\n'));
    const { code, stderr, stdout } = await cli(['import', 'predictions', file, '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { imported: 3, refused: 2 }]);
    expect(stderr).toContain('line 3: has a different number of cells');
    for (const line of ['m,v,"x"y,0.5', 'm,v,"never closed,0.5']) {
      writeFileSync(file, [head, good, line, good].join('\n'));
      const broken = await cli(['import', 'predictions', file]);
      expect([broken.code, broken.stdout, broken.stderr]).toEqual([1, '', expect.stringContaining('at line')]);
    }
  });

  it('go on where a stopped import stopped', async () => {
    const file = join(database.folder, 'many.jsonl');
    const line = (i: number): string =>
      JSON.stringify({ type: 'many', data: { i }, external_id: `many-${i}`, timestamp: new Date().toISOString() });
    writeFileSync(file, Array.from({ length: 1200 }, (_, i) => line(i)).join('\n'));
    const { mtimeMs, size } = await import('node:fs').then(({ statSync }) => statSync(file));
    const tenants = await database.query<{ id: string; created_at: unknown }>('SELECT id, created_at FROM tenants');
    const { stderr: first } = await cli(['export', 'votes', '--to', join(database.folder, 'v.csv')]);
    const address = /^Database: (.*)$/m.exec(first)?.[1];
    const { createHash } = await import('node:crypto');
    const name = createHash('sha256')
      .update(
        [
          `${address} ${Number(new Date(tenants[0]!.created_at as string))}`,
          'metrics',
          tenants[0]?.id,
          file,
          size,
          mtimeMs,
        ].join('\n'),
      )
      .digest('hex');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(database.folder, 'imports'), { recursive: true });
    const done = { lines: 1000, imported: 1000, known: 0, erased: 0, refused: 0 };
    writeFileSync(join(database.folder, 'imports', `${name}.json`), JSON.stringify(done));
    const { stdout, stderr } = await cli(['import', 'metrics', file, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ imported: 1200, lines: 1200 });
    expect(stderr).toContain('continuing after line 1000');
    const rows = await database.query<{ n: unknown }>("SELECT COUNT(*) AS n FROM metric_events WHERE type = 'many'");
    expect(Number(rows[0]?.n)).toBe(200);
    // Done: the next one begins anew, and finds what is there by its name.
    expect((await cli(['import', 'metrics', file])).stderr).not.toContain('goes on');
    const after = await database.query<{ n: unknown }>("SELECT COUNT(*) AS n FROM metric_events WHERE type = 'many'");
    expect(Number(after[0]?.n)).toBe(1200);
  });

  it('leave out who was erased after the file was written', async () => {
    const file = join(database.folder, 'erased.jsonl');
    await cli(['export', 'metrics', '--to', file]);
    await cli(['erase', 'u3', '--yes']);
    const { stdout } = await cli(['import', 'metrics', file, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ erased: 1, imported: 0 });
  });

  it('S0-45 say what is wrong with a command', async () => {
    for (const [args, words] of [
      [['import'], 'Say what to import'],
      [['import', 'cats', 'x.csv'], 'must be one of predictions'],
      [['export', 'votes', '--to', 'x.doc'], 'say --format'],
      [['import', '--from', 'missing.db'], 'cannot be opened'],
      [['import', '--from', 'admin.key'], 'cannot be opened'],
      [['import', 'metrics', 'missing.csv'], 'ENOENT'],
      [['import', 'metrics', '.', '--format', 'csv'], 'EISDIR'],
      [['export', 'metrics', '--to', 'nowhere/x.csv'], 'ENOENT'],
      [['erase', '--reapply', 'missing.jsonl'], 'ENOENT'],
      [['backup', '--check', 'admin.key'], 'The backup cannot be used'],
    ] as const) {
      const { code, stderr } = await cli([...args]);
      expect([args, code === 0, stderr.includes(words) ? '' : stderr]).toEqual([args, false, '']);
      // One or two sentences, no stack.
      expect([args, /\n\s+at /.test(stderr)]).toEqual([args, false]);
    }
  });
});
