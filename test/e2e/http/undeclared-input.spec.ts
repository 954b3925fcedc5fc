import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../../support/databases.js';
import { ROOT, ServerProcess } from '../../support/server-process.js';

interface Operation {
  operationId: string;
  requestBody?: { content: Record<string, unknown> };
}
interface Problem {
  code: string;
  errors: { path: string; message: string }[];
}
interface Case {
  method: string;
  path: string;
  id: string;
  takesBody: boolean;
}

const STRICT = /^\/(?:api\/v1|admin\/api)\//;
const ID = '0190a000-0000-7000-8000-000000000000';

/** Every operation of both API documents. */
const operations: Case[] = ['openapi', 'openapi-admin'].flatMap((name) => {
  const { paths } = JSON.parse(readFileSync(join(ROOT, 'docs', 'api', `${name}.json`), 'utf8')) as {
    paths: Record<string, Record<string, Operation>>;
  };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replace(/\{\w+\}/g, ID),
      id: operation.operationId,
      takesBody: operation.requestBody !== undefined,
    })),
  );
});
const strict = operations.filter(({ path, method }) => STRICT.test(path) || method === 'DELETE');
const lenient = operations.filter((each) => !strict.includes(each));

describe.each(DIALECTS)('input that a route does not declare, on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    server = await ServerProcess.start(database, {
      FL_RATE_LIMIT_PER_MINUTE: '100000',
      FL_RATE_LIMIT_PER_HOUR: '100000',
    });
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const send = (
    { method, path }: Case,
    query: string,
    body?: object,
  ): Promise<{ status: number; body: Problem; text: string }> =>
    server.request<Problem>(path + query, { method, body, headers: { 'if-match': '*' } });
  const names = (problem: Problem): string[] => problem.errors.map(({ path }) => path);

  it('covers both documents', () => {
    expect(operations.length).toBeGreaterThan(90);
    expect(lenient.map(({ path }) => path)).toContain('/predict');
  });

  it.each(strict)('$method $path names an unknown query parameter', async (operation) => {
    const body = operation.takesBody ? {} : undefined;
    const response = await send(operation, '?dry_runn=true', body);
    expect(response.body).toMatchObject({ code: 'validation_failed', errors: expect.anything() as unknown });
    expect(response.status).toBe(422);
    expect(names(response.body)).toContain('dry_runn');
  });

  it.each(strict.filter(({ method }) => method !== 'GET'))(
    '$method $path names an unknown member of the body',
    async (operation) => {
      const response = await send(operation, '', { dry_runn: true });
      expect(response.status).toBe(422);
      expect(names(response.body)).toContain('dry_runn');
    },
  );

  it.each(operations.filter(({ method, takesBody }) => method !== 'GET' && !takesBody))(
    '$method $path accepts an empty body that is announced as JSON',
    async ({ method, path }) => {
      const headers = { 'content-type': 'application/json', 'if-match': '*' };
      const response = await server.request<Problem>(path, { method, raw: '', headers });
      expect(response.body.code).not.toBe('empty_body');
      expect(response.status).not.toBe(400);
    },
  );

  it.each(lenient)('$method $path ignores an unknown query parameter', async (operation) => {
    const response = await send(operation, '?dry_runn=true');
    // Other checks may refuse the request, but never for the name.
    expect(response.text).not.toContain('dry_runn');
    expect(response.status).not.toBe(404);
  });
});
