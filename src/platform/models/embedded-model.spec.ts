import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { EmbeddedModel, PACKAGED_MODEL } from './embedded-model.js';
import { ModelFileError, ModelNotLoadedError } from './errors.js';

interface Golden {
  text: string;
  scores: Record<string, number>;
}

describe('EmbeddedModel', () => {
  const model = new EmbeddedModel();
  beforeAll(() => model.load());

  it('returns the golden predictions, to the last digit, on every platform', async () => {
    const golden = JSON.parse(readFileSync(join(PACKAGED_MODEL, 'golden.json'), 'utf8')) as Golden[];
    expect(golden.length).toBeGreaterThanOrEqual(100);
    const predictions = await model.predict(golden.map(({ text }) => text));
    expect(predictions.map(({ scores }, i) => ({ text: golden[i]!.text, scores }))).toEqual(golden);
  });

  it.each([
    ['not bad at all', 'positive'],
    ['The meeting is at 3pm on Tuesday', 'neutral'],
    ['I do not recommend this', 'negative'],
    ['😡', 'negative'],
    ['😍', 'positive'],
    ['How do I change my password?', 'neutral'],
  ])('%s is %s', async (text, label) => {
    expect((await model.predict([text]))[0]!.label).toBe(label);
  });

  it('returns one probability per label, with a sum of 1, for any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 300 }), async (text) => {
        const [prediction] = await model.predict([text]);
        expect(Object.keys(prediction!.scores)).toEqual(['negative', 'neutral', 'positive']);
        expect(Object.values(prediction!.scores).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
        expect(prediction!.confidence).toBe(prediction!.scores[prediction!.label]);
      }),
    );
  });

  it('does not depend on previous texts, even when its memo of words is full', async () => {
    const predict = async (): Promise<Record<string, number>> =>
      (await model.predict(['The new search is fast.']))[0]!.scores;
    const before = await predict();
    for (let i = 0; i < 14; i++)
      await model.predict([Array.from({ length: 1000 }, (_, k) => `word${i}x${k}`).join(' ')]);
    expect(await predict()).toEqual(before);
  });

  it('reports a text without a known word, and a text that is too long', async () => {
    const [unknown, empty, long] = await model.predict(['zxqv wvxq', '§§', 'good '.repeat(2000)]);
    expect(unknown).toMatchObject({ label: 'neutral', lowEvidence: true, confidence: 0.4 });
    expect(empty).toMatchObject({ lowEvidence: true });
    expect(long).toMatchObject({ label: 'positive', truncated: true, lowEvidence: false });
  });

  it('names its weights in its version', () => {
    const card = JSON.parse(readFileSync(join(PACKAGED_MODEL, 'model.json'), 'utf8')) as { sha256: string };
    expect(model.version).toBe(`sentiment-en-${card.sha256.slice(0, 12)}`);
    expect(model.version.length).toBeLessThanOrEqual(50);
  });

  it('refuses a folder that is missing, damaged or does not match its card', async () => {
    await expect(new EmbeddedModel('/nonexistent').load()).rejects.toBeInstanceOf(ModelFileError);
    const folder = mkdtempSync(join(tmpdir(), 'model-'));
    cpSync(PACKAGED_MODEL, folder, { recursive: true });
    const weights = readFileSync(join(folder, 'weights.bin'));
    weights[weights.length - 1]! ^= 1;
    writeFileSync(join(folder, 'weights.bin'), weights);
    await expect(new EmbeddedModel(folder).load()).rejects.toThrow('SHA-256');
    rmSync(folder, { recursive: true });
    await expect(new EmbeddedModel('/nonexistent').predict(['a'])).rejects.toBeInstanceOf(ModelNotLoadedError);
  });
});
