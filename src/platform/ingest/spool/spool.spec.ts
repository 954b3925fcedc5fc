import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BulkInsert } from '#persistence';
import type { RecordBatch } from '../commit/record-batch.js';
import { Spool } from './spool.js';
import { SpoolReplayer } from './spool-replayer.js';

const INSERT = new BulkInsert('things', { id: 'uuid', text: 'text' }, { identity: ['text'] });
const MARK = { run: 'a run', base: 1, uncertaintyMs: null };
const batch = (id: string, text = ''): RecordBatch => ({
  parts: [{ insert: INSERT, rows: [{ id, text }] }],
  bytes: 10,
});

describe('Spool', () => {
  let folder: string;
  let spool: Spool;
  const open = async (): Promise<void> => {
    const options = { folder, maxBytes: 64 * 2 ** 20, now: () => 1_764_000_000_000, markClock: () => MARK };
    spool = new Spool(options, (table) => (table === 'things' ? INSERT : undefined));
    await spool.open();
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spool-'));
    await open();
  });
  afterEach(async () => {
    await spool.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const buryFirst = async (reason: string): Promise<void> => {
    const { entries } = await spool.oldest(1);
    await spool.bury(entries[0]!.seq, reason);
  };

  it('keeps the state of the clock with each entry until the replay', async () => {
    await spool.append([batch('x')]);
    const marks: unknown[] = [];
    const commit = async (batches: readonly RecordBatch[]) => {
      marks.push(...batches.map(({ clock }) => clock));
      return new Map();
    };
    await new SpoolReplayer(spool, { commit }).step();
    expect(marks).toEqual([MARK]);
  });

  it('keeps dead letters with the same id, and revives them one after the other', async () => {
    for (const text of ['first', 'second']) {
      await spool.append([batch('x', text)]);
      await buryFirst('id_taken');
    }
    expect(await spool.deadLetters()).toHaveLength(2);
    expect(await spool.revive()).toBe(1);
    expect(await spool.deadLetters()).toHaveLength(1);
    expect((await spool.oldest(10)).entries.map(({ parts }) => parts[0]![1][0]!.text)).toEqual(['first']);
    await spool.remove((await spool.oldest(10)).entries.map(({ seq }) => seq));
    expect(await spool.revive()).toBe(1);
    expect((await spool.oldest(10)).entries.map(({ parts }) => parts[0]![1][0]!.text)).toEqual(['second']);
    expect(await spool.deadLetters()).toEqual([]);
  });

  it('buries and counts entries that cannot be decrypted, and replays the others', async () => {
    await spool.append(Array.from({ length: 230 }, (_, i) => batch(`sealed-${i}`)));
    await spool.close();
    const key = readFileSync(join(folder, 'spool.key'), 'utf8');
    writeFileSync(join(folder, 'spool.key'), `${Buffer.alloc(32, 9).toString('base64')}\n`);
    await open();
    await spool.append([batch('readable')]);
    const stored: string[] = [];
    let buried = 0;
    const replayer = new SpoolReplayer(spool, {
      commit: async (batches) => {
        stored.push(...batches.flatMap(({ parts }) => parts.flatMap(({ rows }) => rows.map(({ id }) => String(id)))));
        return new Map();
      },
      onProgress: (_, bad) => (buried += bad),
    });
    while ((await replayer.step()) > 0);
    expect([stored, buried]).toEqual([['readable'], 230]);
    let unreadable = 0;
    for await (const record of spool.everything()) if ('unreadable' in record) unreadable += 1;
    expect(unreadable).toBe(230);
    expect(key).not.toBe('');
  });

  it('limits the bytes that it reads at once, but reads at least one entry', async () => {
    const large = 'x'.repeat(5 * 2 ** 20);
    for (const id of ['a', 'b', 'c']) await spool.append([batch(id, large)]);
    expect((await spool.oldest(200)).entries.map(({ id }) => id)).toEqual(['a']);
  });
});
