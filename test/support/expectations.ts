import type { Answer } from './http.js';

/** What `toMatchObject` finds in the answer to a request that was refused because of the field `path`. */
export function refusalOf(path: string): object {
  return { status: 422, body: { errors: expect.arrayContaining([expect.objectContaining({ path })]) } };
}

/** A refusal is a complete problem: it names the field, if there is one, and shows nothing of the code or the SQL. */
export function expectProblem(answer: Answer, { path, status }: { status: number; path?: string | undefined }): void {
  expect(answer).toMatchObject({
    status,
    body: {
      status,
      type: expect.stringMatching(/^urn:feedback-loop:problem:/),
      title: expect.any(String),
      detail: expect.any(String),
      code: expect.any(String),
      correlation_id: answer.headers.get('x-correlation-id'),
      ...(path === undefined ? {} : { errors: expect.arrayContaining([expect.objectContaining({ path })]) }),
    },
  });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.text).not.toMatch(/at .*\.[jt]s:\d+|node_modules|SELECT|INSERT/);
}
