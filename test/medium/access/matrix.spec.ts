import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCOPES } from '../../../src/platform/config/scopes.js';
import { createKey } from '../../../src/platform/security/api-key-format.js';
import type { Answer } from '../../support/http.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { addKey } from '../../support/keys.js';
import { ROOT } from '../../support/server-process.js';

interface Operation {
  id: string;
  method: string;
  path: string;
  /** One of them is enough; undefined: public. */
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
 * The scopes of each operation, written down a second time: a scope that changes must be changed here by hand. Then the
 * status for an authorized caller who sends `{}`, where it is not 200: 422 and 428 come from the route itself, and 404
 * because no record has the id.
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
/** Other statuses for a user who is signed in. */
const SIGNED_IN: Record<string, number> = { get_session: 200, logout: 200 };

const PROTECTED = OPERATIONS.flatMap(({ scopes, ...operation }) => (scopes ? [{ ...operation, scopes }] : []));
const PUBLIC = OPERATIONS.filter(({ scopes }) => !scopes);
const statusOf = (id: string): number => EXPECTED[id]?.[1] ?? 200;

onBothDatabasesInProcess('access to every operation', ({ admin, database, server }) => {
  const ask = (
    { method, path }: Pick<Operation, 'method' | 'path'>,
    key: string | null,
    headers: Record<string, string> = {},
  ): Promise<Answer> =>
    server.request(path, { method, key, headers, ...(['POST', 'PUT', 'PATCH'].includes(method) ? { body: {} } : {}) });

  const keys = new Map<string, Promise<string>>();
  /** One key for each set of scopes and tenant. */
  const keyWith = (scopes: readonly string[], tenantId?: string): Promise<string> => {
    const name = `${scopes.join(' ')} ${tenantId}`;
    const key = keys.get(name) ?? addKey(database, { scopes, tenantId });
    keys.set(name, key);
    return key;
  };

  // S1-15
  it('is described here for every operation of the documents', () => {
    const found = Object.fromEntries(OPERATIONS.map(({ id, scopes }) => [id, scopes?.join(' ') ?? 'public']));
    expect(found).toEqual(Object.fromEntries(Object.entries(EXPECTED).map(([id, [scopes]]) => [id, scopes])));
  });

  const past = () => Date.now() - 1000;
  const invalidKeys: [name: string, key: () => string | null | Promise<string>][] = [
    ['no key', () => null],
    ['garbage', () => 'garbage'],
    ['an unknown key', () => createKey().key],
    ['an expired key', () => addKey(database, { scopes: SCOPES, expiresAt: past() })],
    ['a revoked key', () => addKey(database, { scopes: SCOPES, revokedAt: past() })],
    ['a key with a wrong secret', () => `${server.adminKey.slice(0, -3)}AAA`],
  ];
  // S1-15 S0-40
  it.each(invalidKeys)('is refused with %s', async (_, keyOf) => {
    const key = await keyOf();
    const answers = await Promise.all(
      PROTECTED.map(async (operation) => {
        const { headers, status } = await ask(operation, key);
        return { id: operation.id, status, challenge: headers.get('www-authenticate') };
      }),
    );
    expect(answers).toEqual(
      PROTECTED.map(({ id }) => ({ id, status: 401, challenge: expect.stringContaining('Bearer') })),
    );
  });

  it('is refused without the scope', async () => {
    const answers = await Promise.all(
      PROTECTED.map(async (operation) => {
        const others = SCOPES.filter((scope) => !operation.scopes.includes(scope));
        const { status } = await ask(operation, await keyWith(others));
        return { id: operation.id, status };
      }),
    );
    expect(answers).toEqual(PROTECTED.map(({ id }) => ({ id, status: 403 })));
  });

  it.each([
    { whose: 'this tenant', tenantId: undefined },
    { whose: 'another tenant', tenantId: OTHER_TENANT },
  ])('is granted with each scope that is enough, to a key of $whose', async ({ tenantId }) => {
    for (const operation of PROTECTED)
      for (const scope of operation.scopes) {
        const { status } = await ask(operation, await keyWith([scope], tenantId));
        expect({ id: operation.id, scope, status }).toEqual({
          id: operation.id,
          scope,
          status: statusOf(operation.id),
        });
      }
  });

  it.each(Object.entries(ROLES))('is granted to a signed-in %s as far as the role allows', async (role, scopes) => {
    const person = { email: `${role}@example.com`, password: 'correct horse battery staple' };
    const created = await server.request('/admin/api/users', { body: { ...person, role } });
    expect(created).toMatchObject({ status: 201 });
    const signIn = async () => {
      const { body, headers } = await admin.call('login', { body: person }, { key: null });
      return { cookie: headers['set-cookie']!.split(';')[0]!, 'x-csrf-token': body.csrf_token };
    };
    let session = await signIn();
    for (const operation of PROTECTED) {
      const { id } = operation;
      const may = operation.scopes.some((scope) => scopes.some((each) => each === scope));
      const { status } = await ask(operation, null, session);
      expect({ id, status }).toEqual({ id, status: may ? (SIGNED_IN[id] ?? statusOf(id)) : 403 });
      if (id === 'logout') session = await signIn();
    }
  });

  it.each(PUBLIC)('is granted to every caller for $id', async (operation) => {
    expect(await ask(operation, null)).toMatchObject({ status: statusOf(operation.id) });
  });
});
