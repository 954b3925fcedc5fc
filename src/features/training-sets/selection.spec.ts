import fc from 'fast-check';
import type { LabelledPrediction, TrueLabel } from './labelled-predictions.repository.js';
import { bestOf, Deduplication, splitOf } from './selection.js';
import { TRUTHS } from './training-set.js';

const tenant = { tenantId: 't' };
const splits = { train: 0.8, validation: 0.1, test: 0.1 };

const truth: fc.Arbitrary<TrueLabel> = fc.record({
  id: fc.uuid(),
  label: fc.constantFrom('a', 'b', 'c'),
  source: fc.constantFrom(...TRUTHS),
  at: fc.nat(1000),
  pi: fc.constant(null),
  userId: fc.constant(null),
});
const prediction: fc.Arbitrary<LabelledPrediction> = fc.record({
  id: fc.uuid(),
  timestamp: fc.nat(),
  recordedAt: fc.nat(),
  inputHash: fc.constantFrom('h1', 'h2', 'h3', 'h4'),
  label: fc.constant('a'),
  confidence: fc.constant(0.5),
  model: fc.constant('m'),
  modelVersion: fc.constant('v'),
  userId: fc.option(fc.constantFrom('u1', 'u2')),
  sessionId: fc.option(fc.constantFrom('s1', 's2')),
  truths: fc.array(truth, { minLength: 1, maxLength: 4 }),
});

describe('the selection of a training set', () => {
  it('S4-13 takes the best label whatever the order in which labels are read', () => {
    fc.assert(
      fc.property(fc.array(truth, { minLength: 1 }), (truths) => {
        const best = bestOf(truths) as TrueLabel;
        expect(bestOf([...truths].reverse())).toEqual(best);
        for (const { source } of truths)
          expect(TRUTHS.indexOf(best.source)).toBeLessThanOrEqual(TRUTHS.indexOf(source));
      }),
    );
  });

  it('S4-13 keeps each text once, and remembers whose it was', () => {
    fc.assert(
      fc.property(fc.array(prediction), (predictions) => {
        const found = new Deduplication();
        for (const each of predictions) found.add(each);
        expect(found.kept.size).toBe(new Set(predictions.map(({ inputHash }) => inputHash)).size);
        expect(found.predictions).toBe(found.kept.size + found.duplicates);
        const sources = [...found.kept.values()].flatMap((kept) =>
          kept.sources.map(({ predictionId }) => predictionId),
        );
        expect(sources.sort()).toEqual(predictions.map(({ id }) => id).sort());
        for (const [hash, { truth: kept }] of found.kept) {
          const all = predictions.filter(({ inputHash }) => inputHash === hash).flatMap(({ truths }) => truths);
          expect(kept).toEqual(bestOf(all));
        }
      }),
    );
  });

  it('S4-13 puts a subject into one part, and as many subjects as wished', () => {
    const counts = { train: 0, validation: 0, test: 0 };
    for (let i = 0; i < 20_000; i++) {
      const of = { inputHash: `h${i}`, sessionId: 's', userId: `user-${i}` };
      const split = splitOf(tenant, { seed: 'x', splits }, of);
      expect(splitOf(tenant, { seed: 'x', splits }, { ...of, inputHash: 'other', sessionId: null })).toBe(split);
      counts[split] += 1;
    }
    // Five standard deviations.
    expect(Math.abs(counts.train - 16_000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.8 * 0.2));
    expect(Math.abs(counts.test - 2000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.1 * 0.9));
    expect(
      splitOf(
        tenant,
        { seed: 'x', splits: { train: 0, validation: 0, test: 1 } },
        { inputHash: 'h', sessionId: null, userId: null },
      ),
    ).toBe('test');
  });
});
