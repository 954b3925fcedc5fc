import fc from 'fast-check';
import { BulkInsert } from '#persistence';
import { NotRecordedError, QueueFullError, RecordRefusedError } from '../errors.js';
import { type GroupCommitOptions, GroupCommitWriter } from './group-commit-writer.js';
import type { RecordBatch } from './record-batch.js';

const INSERT = new BulkInsert('things', { id: 'uuid' });
const batch = (...ids: string[]): RecordBatch => ({
  parts: [{ insert: INSERT, rows: ids.map((id) => ({ id })) }],
  bytes: ids.length,
});
const idsOf = (batches: readonly RecordBatch[]): string[] =>
  batches.flatMap(({ parts }) => parts.flatMap(({ rows }) => rows.map(({ id }) => String(id))));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class PoisonError extends Error {}

function writer(commit: (ids: string[]) => Promise<void>, more: Partial<GroupCommitOptions> = {}): GroupCommitWriter {
  return new GroupCommitWriter({
    commit: async (batches) => {
      await commit(idsOf(batches));
      return new Map();
    },
    isDataFault: (error) => error instanceof PoisonError,
    lanes: 1,
    budgetMs: 1000,
    maxRows: 1000,
    maxBytes: 1_000_000,
    groupRows: 100,
    ...more,
  });
}

describe('GroupCommitWriter', () => {
  it('commits the first record immediately, and those that arrive meanwhile together', async () => {
    const commits: string[][] = [];
    const target = writer(async (ids) => {
      commits.push(ids);
      await pause(10);
    });
    await Promise.all(['a', 'b', 'c', 'd'].map((id) => target.put(batch(id))));
    expect(commits).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('resolves only after the commit', async () => {
    let release: () => void = () => undefined;
    const target = writer(() => new Promise((resolve) => (release = resolve)));
    let resolved = false;
    const put = target.put(batch('a')).then(() => (resolved = true));
    await pause(20);
    expect(resolved).toBe(false);
    release();
    await put;
    expect(resolved).toBe(true);
  });

  it('acknowledges exactly the committed batches, despite failures and refused data', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 5 }), poisoned: fc.boolean() }), {
          minLength: 1,
          maxLength: 30,
        }),
        fc.array(fc.boolean(), { maxLength: 10 }),
        fc.integer({ min: 1, max: 3 }),
        async (items, failures, lanes) => {
          const stored = new Set<string>();
          let call = 0;
          const target = writer(
            async (ids) => {
              await pause(0);
              if (failures[call++]) throw new Error('the database is unavailable');
              if (ids.some((id) => id.startsWith('poison'))) throw new PoisonError();
              ids.forEach((id) => stored.add(id));
            },
            { lanes, groupRows: 7 },
          );
          const batches = items.map(({ size, poisoned }, i) =>
            Array.from({ length: size }, (_, k) => `${poisoned && k === 0 ? 'poison' : 'good'}-${i}-${k}`),
          );
          const results = await Promise.allSettled(batches.map((ids) => target.put(batch(...ids))));
          results.forEach((result, i) => {
            const inside = batches[i]!.map((id) => stored.has(id));
            // A batch is stored completely or not at all, and acknowledged means stored.
            expect(new Set(inside).size).toBe(1);
            expect(inside[0]).toBe(result.status === 'fulfilled');
            if (result.status === 'rejected') {
              const { reason } = result as { reason: unknown };
              expect(reason instanceof NotRecordedError || reason instanceof RecordRefusedError).toBe(true);
              if (reason instanceof RecordRefusedError) expect(items[i]!.poisoned).toBe(true);
            }
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('isolates a refused record and stores the others of its group', async () => {
    const stored: string[] = [];
    const target = writer(async (ids) => {
      await pause(5);
      if (ids.includes('bad')) throw new PoisonError();
      stored.push(...ids);
    });
    const results = await Promise.allSettled(['first', 'a', 'b', 'bad', 'c', 'd'].map((id) => target.put(batch(id))));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(stored.sort()).toEqual(['a', 'b', 'c', 'd', 'first']);
  });

  it('refuses a batch immediately while too many rows or bytes wait', async () => {
    const target = writer(() => pause(30), { maxRows: 3 });
    const first = target.put(batch('a'));
    const waiting = target.put(batch('b', 'c', 'd'));
    await expect(target.put(batch('e'))).rejects.toBeInstanceOf(QueueFullError);
    await Promise.all([first, waiting]);
    const byBytes = writer(() => pause(30), { maxBytes: 10 });
    const running = byBytes.put({ ...batch('a'), bytes: 1 });
    const queued = byBytes.put({ ...batch('b'), bytes: 6 });
    await expect(byBytes.put({ ...batch('c'), bytes: 6 })).rejects.toBeInstanceOf(QueueFullError);
    await Promise.all([running, queued]);
  });

  it('accepts a batch that exceeds its bounds if no other batch waits', async () => {
    const target = writer(() => pause(5), { maxBytes: 10, maxRows: 2 });
    await target.put({ ...batch('a', 'b', 'c'), bytes: 100 });
    expect(target.waitingRows).toBe(0);
  });

  it('rejects a batch at its deadline and does not write it later', async () => {
    const seen: string[] = [];
    let release: () => void = () => undefined;
    const target = writer(
      async (ids) => {
        seen.push(...ids);
        if (ids.includes('stuck')) await new Promise<void>((resolve) => (release = resolve));
      },
      { budgetMs: 50 },
    );
    const stuck = target.put(batch('stuck'));
    const late = target.put(batch('late'));
    await expect(stuck).rejects.toBeInstanceOf(NotRecordedError);
    await expect(late).rejects.toBeInstanceOf(NotRecordedError);
    release();
    await target.put(batch('after'));
    expect(seen).toEqual(['stuck', 'after']);
    expect(target.waitingRows).toBe(0);
  });

  it('makes streams wait for room, and keeps half of the queue for other callers', async () => {
    const target = writer(() => pause(20), { maxRows: 4, groupRows: 1 });
    const first = target.put(batch('a'));
    const queued = ['b', 'c', 'd'].map((id) => target.put(batch(id)));
    let hasRoom = false;
    const room = target.room().then(() => (hasRoom = true));
    await pause(5);
    expect(hasRoom).toBe(false);
    await room;
    expect(target.waitingRows).toBeLessThanOrEqual(2);
    await Promise.all([first, ...queued]);
  });

  it('reports to the commit when no caller waits for the group any more', async () => {
    let stillWanted = true;
    const target = new GroupCommitWriter({
      commit: async (_, isWanted) => {
        await pause(60);
        stillWanted = isWanted();
        return new Map();
      },
      isDataFault: () => false,
      lanes: 1,
      budgetMs: 20,
      maxRows: 10,
      maxBytes: 1000,
      groupRows: 10,
    });
    await expect(target.put(batch('late'))).rejects.toBeInstanceOf(NotRecordedError);
    await target.flush();
    expect(stillWanted).toBe(false);
  });

  it('flushes waiting batches', async () => {
    const stored: string[] = [];
    const target = writer(async (ids) => {
      await pause(5);
      stored.push(...ids);
    });
    const puts = ['a', 'b', 'c'].map((id) => target.put(batch(id)));
    await target.flush();
    expect(stored).toEqual(['a', 'b', 'c']);
    await Promise.all(puts);
  });
});
