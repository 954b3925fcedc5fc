import fc from 'fast-check';
import type { LabelledPrediction, LabelCandidate } from './labelled-predictions.repository.js';
import { bestLabel, Deduplication, splitOf } from './selection.js';
import { TRAINING_LABEL_SOURCES } from './training-set.js';

const tenant = { tenantId: 't' };
const splits = { train: 0.8, validation: 0.1, test: 0.1 };

const candidate: fc.Arbitrary<LabelCandidate> = fc.record({
  id: fc.uuid(),
  label: fc.constantFrom('a', 'b', 'c'),
  source: fc.constantFrom(...TRAINING_LABEL_SOURCES),
  at: fc.nat(1000),
  trueSince: fc.nat(1000),
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
  candidates: fc.array(candidate, { minLength: 1, maxLength: 4 }),
});

describe('the selection of a training set', () => {
  it('S4-13 selects the best label in whatever order labels are read', () => {
    fc.assert(
      fc.property(fc.array(candidate, { minLength: 1 }), (candidates) => {
        const best = bestLabel(candidates) as LabelCandidate;
        expect(bestLabel([...candidates].reverse())).toEqual(best);
        for (const { source } of candidates)
          expect(TRAINING_LABEL_SOURCES.indexOf(best.source)).toBeLessThanOrEqual(
            TRAINING_LABEL_SOURCES.indexOf(source),
          );
      }),
    );
  });

  it('selects the latest truth, not the label that arrived last, and counts the conflict', () => {
    const label = { source: 'import', pi: null, userId: null } as const;
    const latest = { ...label, id: 'a', label: 'bug', at: 1, trueSince: 20 };
    const late = { ...label, id: 'b', label: 'billing', at: 2, trueSince: 11 };
    expect(bestLabel([latest, late])).toEqual(latest);
    const found = new Deduplication();
    const [one] = fc.sample(prediction, 1) as [LabelledPrediction];
    found.add({ ...one, candidates: [late, latest] });
    expect(found.conflicts).toBe(1);
  });

  it('S4-13 keeps each text once, with all of its predictions', () => {
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
        for (const [hash, { best: kept }] of found.kept) {
          const all = predictions.filter(({ inputHash }) => inputHash === hash).flatMap(({ candidates }) => candidates);
          expect(kept).toEqual(bestLabel(all));
        }
      }),
    );
  });

  it('S4-13 puts each subject into one part, in the requested proportions', () => {
    const counts = { train: 0, validation: 0, test: 0 };
    for (let i = 0; i < 20_000; i++) {
      const of = { inputHash: `h${i}`, sessionId: 's', userId: `user-${i}` };
      const split = splitOf(tenant, { seed: 'x', splits }, of);
      expect(splitOf(tenant, { seed: 'x', splits }, { ...of, inputHash: 'other', sessionId: null })).toBe(split);
      counts[split] += 1;
    }
    // The tolerance is five standard deviations.
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
