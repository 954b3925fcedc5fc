import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

interface Accepted {
  line: number;
  id: string;
  feedback_token: string;
}

onBothDatabasesInProcess('predictions that were logged in bulk', ({ api, server }) => {
  const log = async (path: string, ids: readonly (string | null)[]): Promise<Record<string, unknown>[]> => {
    const lines = ids.map((inference_id) =>
      JSON.stringify({
        model: 'm',
        model_version: '1',
        label: 'l',
        confidence: inference_id === null ? 2 : 0.5,
        inference_id,
      }),
    );
    const { status, text } = await server.request(path, {
      headers: { 'content-type': 'application/x-ndjson' },
      raw: `${lines.join('\n')}\n`,
    });
    expect(status).toBe(200);
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  // N10
  it('can be voted on with the ids and tokens that the response returns for stored lines', async () => {
    const answers = await log('/api/v1/predictions?return=ids', ['bulk-1', null, 'bulk-2']);

    expect(answers.at(-1)).toEqual({ accepted: 2, spooled: 0, refused: 1 });
    expect(answers).toContainEqual(expect.objectContaining({ line: 2, status: 422 }));
    const accepted = answers.filter((answer) => 'feedback_token' in answer) as unknown as Accepted[];
    expect(accepted.map(({ line }) => line)).toEqual([1, 3]);
    for (const { feedback_token, id } of accepted) {
      const voter = api.as(null, { 'x-feedback-token': feedback_token });
      expect(await voter.votes.create(id, { correct: true })).toMatchObject({ status: 201 });
    }
  });

  it('are only counted without a request for ids', async () => {
    expect(await log('/api/v1/predictions', ['bulk-3'])).toEqual([{ accepted: 1, spooled: 0, refused: 0 }]);
  });

  it('are found by their inference_id', async () => {
    const [first] = (await log('/api/v1/predictions?return=ids', ['bulk-4', 'bulk-5'])) as unknown as Accepted[];

    const listed = await api.predictions.list({ inference_id: 'bulk-4' });
    expect(listed).toMatchObject({ status: 200, body: { data: [{ id: first?.id, inference_id: 'bulk-4' }] } });
    expect((listed.body as { data: unknown[] }).data).toHaveLength(1);
  });

  it('refuse another value of return by its name', async () => {
    const refused = await server.request('/api/v1/predictions?return=all', {
      headers: { 'content-type': 'application/x-ndjson' },
      raw: '{}\n',
    });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: 'return' }] } });
  });
});
