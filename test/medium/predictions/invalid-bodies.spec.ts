import fc from 'fast-check';
import { invalid } from '../../support/api/payloads.js';
import { expectProblem, refusalOf } from '../../support/expectations.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const LOGGED = { model: 'm', model_version: 'v', label: 'l', confidence: 0.5 };
const NUL = String.raw`\u0000`;
const SURROGATE = String.raw`\ud800`;

onBothDatabasesInProcess('bodies of predictions', ({ api, server }) => {
  it.each<[name: string, raw: string | Buffer, status: number, path: string | undefined]>([
    ['malformed JSON', '{"text":', 400, undefined],
    ['an empty body', '', 400, undefined],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 400, undefined],
    ['a NUL character', `{"text":"a${NUL}b"}`, 400, 'text'],
    ['a lone surrogate', `{"text":"a${SURROGATE}b"}`, 400, 'text'],
    ['a NUL deep inside', `{"text":"a","metadata":{"a":[{"b":"${NUL}"}]}}`, 400, 'metadata.a.0.b'],
    ['a NUL in a name', `{"text":"a","metadata":{"k${NUL}":1}}`, 400, 'metadata'],
    ['5,000 levels', `{"text":"a","metadata":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`, 400, undefined],
    ['5,000 nested arrays', '['.repeat(5000) + ']'.repeat(5000), 400, undefined],
    ['20,000 values', `{"text":"a","metadata":{"a":[${'1,'.repeat(20_000)}1]}}`, 400, undefined],
    ['an infinite number', '{"text":"a","metadata":{"n":1e400}}', 400, 'metadata.n'],
    ['__proto__', '{"text":"a","__proto__":{"admin":true}}', 400, '__proto__'],
    ['constructor.prototype', '{"text":"a","constructor":{"prototype":{"x":1}}}', 400, 'constructor'],
    ['no text', '{}', 422, 'text'],
    ['a text that is a number', '{"text":5}', 422, 'text'],
    ['a blank text', '{"text":"   "}', 422, 'text'],
    ['an unknown field', '{"text":"a","texx":1}', 422, 'texx'],
    ['a list instead of an object', '[]', 422, ''],
    ['null', 'null', 422, ''],
    ['a string', '"text"', 422, ''],
    ['a user_id that is too long', `{"text":"a","user_id":"${'u'.repeat(129)}"}`, 422, 'user_id'],
    ['an empty session_id', '{"text":"a","session_id":""}', 422, 'session_id'],
    ['metadata that is a list', '{"text":"a","metadata":[1]}', 422, 'metadata'],
    ['metadata over 16 KiB', `{"text":"a","metadata":{"a":"${'x'.repeat(17_000)}"}}`, 422, 'metadata'],
    ['a model that does not exist', '{"text":"a","model":"nope"}', 422, 'model'],
  ])('are refused by /predict with %s, which is named', async (_, raw, status, path) => {
    expectProblem(await server.request('/api/v1/predict', { raw }), { status, path });
  });

  it.each([
    ['label', { label: '' }],
    ['label', { label: 'x'.repeat(65) }],
    ['label', { label: undefined }],
    ['model', { model: 5 }],
    ['model_version', { model_version: 'v'.repeat(101) }],
    ['confidence', { confidence: 1.01 }],
    ['confidence', { confidence: '0.5' }],
    ['confidence', { confidence: undefined }],
    ['scores.a', { scores: { a: 2 } }],
    ['scores', { scores: {} }],
    ['latency_ms', { latency_ms: -1 }],
    ['timestamp', { timestamp: '2026-13-01T00:00:00Z' }],
    ['timestamp', { timestamp: 5 }],
    ['id', { id: 'not-a-uuid' }],
    ['id', { id: '123e4567-e89b-42d3-a456-426614174000' }],
    ['input_text', { input_text: 'x'.repeat(10_001) }],
  ])('are not logged with an invalid %s, which is named (%#)', async (path, more) => {
    const answer = await server.request('/api/v1/predictions', { body: { ...LOGGED, ...more } });
    expectProblem(answer, { status: 422, path });
  });

  it('are refused with a class without a name, which is named once', async () => {
    expect(await api.predictions.log({ ...LOGGED, scores: { '': 0.5, fine: 0.5 } })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'scores.', message: 'has a name that is not allowed' }] },
    });
  });

  it('have all their invalid fields named together, also those that no schema checks', async () => {
    const body = { ...LOGGED, id: 'x', timestamp: 'y', confidence: 7, zzz: 1, label: ' ' };
    const paths = ['confidence', 'id', 'label', 'timestamp', 'zzz'];
    const answer = await api.predictions.log(invalid(body));
    expect(answer).toMatchObject({ status: 422, body: { errors: expect.anything() } });
    const { errors } = JSON.parse(answer.text) as { errors: { path: string }[] };
    expect(errors.map(({ path }) => path).sort()).toEqual(paths);
  });

  it('are refused with an id whose variant is wrong', async () => {
    const time = Date.now().toString(16).padStart(12, '0');
    const id = `${time.slice(0, 8)}-${time.slice(8)}-7abc-0def-123456789abc`;
    expect(await api.predictions.log({ ...LOGGED, id })).toMatchObject(refusalOf('id'));
  });

  it('never cause a 5xx, whatever JSON they hold', async () => {
    const paths = ['/api/v1/predict', '/api/v1/batch', '/api/v1/predictions', '/predict', '/batch'];
    const almostValid = fc.record(
      {
        text: fc.oneof(fc.string(), fc.jsonValue()),
        texts: fc.oneof(fc.array(fc.string(), { maxLength: 5 }), fc.jsonValue()),
        model: fc.oneof(fc.string(), fc.jsonValue()),
        model_version: fc.oneof(fc.string(), fc.constant('v')),
        label: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('l')),
        confidence: fc.oneof(fc.double(), fc.constant(0.5)),
        timestamp: fc.oneof(
          fc.string(),
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        ),
        metadata: fc.jsonValue(),
        user_id: fc.oneof(fc.string(), fc.constant(null)),
        scores: fc.dictionary(fc.string(), fc.double()),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.oneof(almostValid, fc.jsonValue()), async (path, body) => {
        const { status } = await server.request(path, { raw: JSON.stringify(body) });
        expect([200, 201, 400, 422]).toContain(status);
      }),
      { numRuns: 150, seed: 20_261_122 },
    );
  });
});
