import { type ClockMark, ServerClock } from '#kernel';
import { ReplayGuards } from '#ingest';
import { type AppLogger, Metrics } from '#observability';
import { ErasedRows } from './erased-rows.service.js';
import type { ErasuresRepository } from './erasures.repository.js';
import type { SubjectHashes } from './subject-hashes.service.js';

const ERASED_AT = 1_764_000_000_000;

function create(): { rows: ErasedRows; warnings: { fields: object; text: string }[]; metrics: Metrics } {
  const warnings: { fields: object; text: string }[] = [];
  const metrics = new Metrics();
  const rows = new ErasedRows(
    { requestTimesOf: async () => new Map([['hash of ann', ERASED_AT]]) } as unknown as ErasuresRepository,
    { of: (_: object, user: string) => [`hash of ${user}`] } as unknown as SubjectHashes,
    new ReplayGuards(),
    new ServerClock('this run'),
    { warn: (fields: object, text: string) => warnings.push({ fields, text }) } as unknown as AppLogger,
    metrics,
  );
  return { rows, warnings, metrics };
}

const mark = (uncertaintyMs: number | null): ClockMark => ({ run: 'an earlier run', base: 0, uncertaintyMs });
const row = (acceptedAfterMs: number, user_id = 'ann') => ({
  id: 'x',
  tenant_id: 't',
  user_id,
  recorded_at: ERASED_AT + acceptedAfterMs,
});

describe('ErasedRows', () => {
  it.each([
    ['before the erasure', row(-1), mark(0), true],
    ['after the erasure', row(1), mark(0), false],
    ['after the erasure by more than the uncertainty', row(31), mark(30), false],
    ['after the erasure by no more than the uncertainty', row(30), mark(30), true],
    ['at an unknown time', row(1_000_000), mark(null), true],
    ['by a previous version, after the erasure', row(1), undefined, false],
    ['about another subject, at an unknown time', row(-1, 'bob'), mark(null), false],
  ])('decides on a row that was accepted %s', async (_, each, clock, isErased) => {
    const found = await create().rows.findIn([each], () => clock);
    expect(found.has(each)).toBe(isErased);
  });

  it('counts and logs rows whose order is uncertain, without the subject', async () => {
    const { metrics, rows, warnings } = create();
    await rows.findIn([row(-1), row(10), row(20)], () => mark(30));
    expect(warnings).toEqual([
      { fields: { count: 2, remedy: expect.stringContaining('NTP') }, text: expect.any(String) },
    ]);
    expect(JSON.stringify(warnings)).not.toContain('ann');
    expect(await metrics.text()).toMatch(/^feedback_loop_erased_rows_doubtful_total 2$/m);
  });
});
