import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKey } from '../../src/platform/security/api-key-format.js';
import { SCOPES } from '../../src/platform/config/scopes.js';
import { createTestDatabase, DIALECTS, type TestDatabase } from '../support/databases.js';
import { addKey } from '../support/keys.js';
import { type Answer, ROOT, ServerProcess } from '../support/server-process.js';

interface Operation {
  id: string;
  method: string;
  path: string;
  /** Any of them lets in; undefined: public. */
  scopes: string[] | undefined;
}

const UNKNOWN_ID = '00000000-0000-7000-8000-00000000abcd';
const OTHER_TENANT = '00000000-0000-7000-8000-0000000000ff';
const ROLES = {
  viewer: ['read'],
  reviewer: ['read', 'read:text', 'review'],
  admin: SCOPES.filter((s) => s !== 'platform'),
};

/** Every operation of both API documents, which are generated from the routes. */
const OPERATIONS: Operation[] = ['openapi.json', 'openapi-admin.json'].flatMap((file) => {
  const { paths } = JSON.parse(readFileSync(join(ROOT, 'docs', 'api', file), 'utf8')) as {
    paths: Record<string, Record<string, { operationId: string; 'x-scopes'?: string[] }>>;
  };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path: path.replace('{n}', '0').replace(/\{\w+\}/g, UNKNOWN_ID),
      scopes: operation['x-scopes'],
    })),
  );
});

/**
 * What each operation wants, written down a second time: a scope that changes must be changed here by hand. Then what it answers to
 * somebody it lets in who sends `{}`, where that is not 200: 422 and 428 come from the route itself, 404 since nothing has the id.
 */
const EXPECTED: Record<string, [scopes: string, answer?: number]> = {
  predict: ['predict', 422],
  batch: ['predict', 422],
  predict_older_path: ['predict', 422],
  batch_older_path: ['predict', 422],
  log_predictions: ['ingest', 422],
  list_predictions: ['read'],
  export_predictions: ['read'],
  export_votes: ['read'],
  export_labels: ['read'],
  get_prediction: ['read', 404],
  ...Object.fromEntries(
    [
      'summary',
      'sentiment_distribution',
      'label_distribution',
      'recent',
      'timeseries',
      'latency',
      'cache',
      'models',
    ].flatMap((name): [string, [string]][] => [
      [`analytics_${name}`, ['read']],
      [`older_analytics_${name}`, ['read']],
    ]),
  ),
  vote: ['ingest', 422],
  // Of a prediction that is not here.
  withdraw_vote: ['ingest', 202],
  create_labels: ['ingest', 422],
  create_metric_events: ['ingest', 422],
  create_training_set: ['admin', 422],
  list_training_sets: ['admin'],
  get_training_set: ['admin', 404],
  get_training_data: ['read:text', 404],
  delete_training_set: ['admin', 404],
  create_webhook: ['admin', 422],
  list_webhooks: ['admin'],
  get_webhook: ['admin', 404],
  delete_webhook: ['admin', 404],
  test_webhook: ['admin', 404],
  list_deliveries: ['admin', 404],
  redeliver: ['admin', 404],
  export_subject: ['admin', 404],
  erase_subject: ['admin', 404],
  list_metric_events: ['read'],
  metric_event_types: ['read'],
  metric_event_stats: ['read'],
  export_metric_events: ['read'],
  get_metric_event: ['read', 404],
  create_feedback: ['ingest', 422],
  create_feedback_older_path: ['ingest', 422],
  list_feedback: ['admin'],
  get_feedback: ['admin', 404],
  triage_feedback: ['admin', 422],
  delete_feedback: ['admin', 404],
  restore_feedback: ['admin', 404],
  feedback_history: ['admin', 404],
  get_screenshot: ['admin', 404],
  get_thumbnail: ['admin', 404],
  storage_metrics: ['admin'],
  cleanup: ['admin'],
  export_feedback: ['admin'],
  get_retention: ['admin'],
  change_retention: ['admin', 422],
  health_detailed: ['read admin'],
  metrics: ['read admin'],
  create_key: ['admin', 422],
  list_keys: ['admin'],
  get_key: ['admin', 404],
  rotate_key: ['admin', 404],
  revoke_key: ['admin', 404],
  list_audit: ['admin'],
  create_tenant: ['platform', 422],
  list_tenants: ['platform'],
  list_models: ['platform'],
  erase_tenant: ['platform', 404],
  model_history: ['platform', 404],
  create_user: ['admin', 422],
  list_users: ['admin'],
  get_user: ['admin', 404],
  change_user: ['admin', 422],
  delete_user: ['admin', 404],
  make_password_link: ['admin', 404],
  // A key has no session.
  logout: ['read review admin', 404],
  get_session: ['read review admin', 404],
  change_password: ['read review admin', 422],
  health: ['public'],
  liveness: ['public'],
  readiness: ['public'],
  startup: ['public'],
  health_older_shape: ['public'],
  login: ['public', 422],
  choose_password: ['public', 422],
  reset_password: ['public', 422],
};
/** To somebody who is signed in these answer otherwise. */
const SIGNED_IN: Record<string, number> = { get_session: 200, logout: 200 };

describe.each(DIALECTS)('who may do what, on %s', (dialect) => {
  let database: TestDatabase;
  let server: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase(dialect);
    // The matrix fails to prove itself hundreds of times from one address.
    const limits = { FL_RATE_LIMIT_PER_MINUTE: '100000', FL_RATE_LIMIT_PER_HOUR: '100000' };
    server = await ServerProcess.start(database, limits);
  });
  afterAll(async () => {
    await server?.stop();
    await database?.drop();
  });

  const ask = (
    { method, path }: Operation,
    key: string | null,
    headers: Record<string, string> = {},
  ): Promise<Answer> =>
    server.request(path, { method, key, headers, ...(['POST', 'PUT', 'PATCH'].includes(method) ? { body: {} } : {}) });

  it('S1-15 knows every operation, and what it wants', () => {
    const found = Object.fromEntries(OPERATIONS.map(({ id, scopes }) => [id, scopes?.join(' ') ?? 'public']));
    expect(found).toEqual(Object.fromEntries(Object.entries(EXPECTED).map(([id, [scopes]]) => [id, scopes])));
  });

  it('S1-15 S0-40 refuses without a key, with garbage, an expired and a revoked one', async () => {
    const every = { scopes: SCOPES };
    const keys: Record<string, string | null> = {
      none: null,
      garbage: 'garbage',
      unknown: createKey().key,
      expired: await addKey(database, { ...every, expiresAt: Date.now() - 1000 }),
      revoked: await addKey(database, { ...every, revokedAt: Date.now() - 1000 }),
      'wrong secret': `${server.adminKey.slice(0, -3)}AAA`,
    };
    const offenders: unknown[] = [];
    for (const operation of OPERATIONS) {
      if (!operation.scopes) continue;
      for (const [name, key] of Object.entries(keys)) {
        const { headers, status } = await ask(operation, key);
        if (status !== 401 || !headers.get('www-authenticate')?.includes('Bearer'))
          offenders.push([operation.id, name, status]);
      }
    }
    expect(offenders).toEqual([]);
  });

  it('refuses a key without the scope, and lets each one with it through, of another tenant too', async () => {
    const offenders: unknown[] = [];
    for (const operation of OPERATIONS) {
      const [, allowed = 200] = EXPECTED[operation.id]!;
      if (!operation.scopes) continue;
      const others = SCOPES.filter((scope) => !operation.scopes!.includes(scope));
      const wrong = await ask(operation, await addKey(database, { scopes: others }));
      if (wrong.status !== 403) offenders.push([operation.id, 'wrong scope', wrong.status]);
      for (const scope of operation.scopes) {
        for (const tenantId of [undefined, OTHER_TENANT]) {
          const key = await addKey(database, { scopes: [scope], ...(tenantId ? { tenantId } : {}) });
          const { status } = await ask(operation, key);
          if (status !== allowed) offenders.push([operation.id, scope, tenantId, status]);
        }
      }
    }
    expect(offenders).toEqual([]);
  });

  it.each(Object.entries(ROLES))('lets a signed-in %s do what the role may, and no more', async (role, scopes) => {
    const person = { email: `${role}@example.com`, role, password: 'correct horse battery staple' };
    expect((await server.request('/admin/api/users', { body: person })).status).toBe(201);
    const signIn = async (): Promise<Record<string, string>> => {
      const { body, headers } = await server.request<{ csrf_token: string }>('/admin/api/login', {
        key: null,
        body: { email: person.email, password: person.password },
      });
      return { cookie: headers.get('set-cookie')!.split(';')[0]!, 'x-csrf-token': body.csrf_token };
    };
    const offenders: unknown[] = [];
    let session = await signIn();
    for (const operation of OPERATIONS) {
      if (!operation.scopes) continue;
      const may = operation.scopes.some((scope) => (scopes as string[]).includes(scope));
      const [, allowed = 200] = EXPECTED[operation.id]!;
      const expected = may ? (SIGNED_IN[operation.id] ?? allowed) : 403;
      const { status } = await ask(operation, null, session);
      if (status !== expected) offenders.push([operation.id, status, expected]);
      if (operation.id === 'logout') session = await signIn();
    }
    expect(offenders).toEqual([]);
  });

  it('answers what is public to anybody', async () => {
    for (const operation of OPERATIONS) {
      if (operation.scopes) continue;
      expect([operation.id, (await ask(operation, null)).status]).toEqual([
        operation.id,
        EXPECTED[operation.id]![1] ?? 200,
      ]);
    }
  });
});
