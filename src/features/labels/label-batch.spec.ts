import { uuidv7 } from '#kernel';
import { LABEL_BATCHES } from './label-batch.js';

const label = (minute: number, prediction: string | null, source = 'import'): Record<string, unknown> => ({
  prediction_id: prediction,
  source,
  recorded_at: Date.UTC(2026, 10, 1, 0, minute),
});

describe('label batches', () => {
  it('report the labels of one source with the times of the first and the last', () => {
    const [a, b] = [uuidv7(1), uuidv7(2)];
    expect(
      LABEL_BATCHES.payloads([label(2, a), label(1, b), label(3, a), label(4, null), label(5, b, 'system')]),
    ).toEqual([
      {
        count: 4,
        prediction_ids: [a, b],
        source: 'import',
        first_recorded_at: '2026-11-01T00:01:00.000Z',
        last_recorded_at: '2026-11-01T00:04:00.000Z',
      },
      {
        count: 1,
        prediction_ids: [b],
        source: 'system',
        first_recorded_at: '2026-11-01T00:05:00.000Z',
        last_recorded_at: '2026-11-01T00:05:00.000Z',
      },
    ]);
  });

  it('name at most 1000 predictions each and lose none', () => {
    const ids = Array.from({ length: 2500 }, (_, i) => uuidv7(i + 1));
    const small = ids.flatMap((id) => LABEL_BATCHES.payloads([label(1, id)]));
    const folded = LABEL_BATCHES.fold(small);
    expect(folded.map(({ prediction_ids }) => (prediction_ids as string[]).length)).toEqual([1000, 1000, 500]);
    expect(folded.flatMap(({ prediction_ids }) => prediction_ids)).toEqual(ids);
    expect(folded.reduce((sum, { count }) => sum + (count as number), 0)).toBe(2500);
  });
});
