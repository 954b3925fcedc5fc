import { type operations, routes } from './admin-api-types.js';
import { type ApiAnswer, Caller, type CallOptions } from './caller.js';
import type { BodyArgument, QueryArgument, SuccessOf } from './operation-types.js';

type Query<Id extends keyof operations> = QueryArgument<operations[Id]>;
type Body<Id extends keyof operations> = BodyArgument<operations[Id]>;
type Reply<Id extends keyof operations> = Promise<ApiAnswer<SuccessOf<operations[Id]>>>;

interface Versioned {
  id: string;
  version: number;
}

/** The API that operators use, with the types of docs/api/openapi-admin.json. */
export class AdminClient extends Caller<operations> {
  protected readonly routes = routes;

  /** The same server with another key, or with none, such as `null` and the cookie of a session. */
  as(key: string | null, headers: Record<string, string> = {}): AdminClient {
    return new AdminClient(this.endpoint, { key, headers });
  }

  readonly inbox = {
    list: (query?: Query<'list_feedback'>, options?: CallOptions): Reply<'list_feedback'> =>
      this.call('list_feedback', { query }, options),
    get: (id: string, query?: Query<'get_feedback'>, options?: CallOptions): Reply<'get_feedback'> =>
      this.call('get_feedback', { path: { id }, query }, options),
    triage: (
      { id, version }: Versioned,
      body: Body<'triage_feedback'>,
      options?: CallOptions,
    ): Reply<'triage_feedback'> => this.call('triage_feedback', { path: { id }, body }, ifMatch(version, options)),
    delete: ({ id, version }: Versioned, options?: CallOptions): Reply<'delete_feedback'> =>
      this.call('delete_feedback', { path: { id } }, ifMatch(version, options)),
    restore: ({ id, version }: Versioned, options?: CallOptions): Reply<'restore_feedback'> =>
      this.call('restore_feedback', { path: { id } }, ifMatch(version, options)),
    history: (id: string, options?: CallOptions): Reply<'feedback_history'> =>
      this.call('feedback_history', { path: { id } }, options),
    export: (query?: Query<'export_feedback'>, options?: CallOptions): Reply<'export_feedback'> =>
      this.call('export_feedback', { query }, options),
    /** `url` and `thumbnail_url` of a feedback lead here, too. */
    screenshot: (id: string, n: number, options?: CallOptions): Reply<'get_screenshot'> =>
      this.call('get_screenshot', { path: { id, n } }, options),
    thumbnail: (id: string, n: number, options?: CallOptions): Reply<'get_thumbnail'> =>
      this.call('get_thumbnail', { path: { id, n } }, options),
  };

  readonly keys = {
    create: (body: Body<'create_key'>, options?: CallOptions): Reply<'create_key'> =>
      this.call('create_key', { body }, options),
    list: (query?: Query<'list_keys'>, options?: CallOptions): Reply<'list_keys'> =>
      this.call('list_keys', { query }, options),
    get: (id: string, options?: CallOptions): Reply<'get_key'> => this.call('get_key', { path: { id } }, options),
    revoke: (id: string, options?: CallOptions): Reply<'revoke_key'> =>
      this.call('revoke_key', { path: { id } }, options),
    rotate: (id: string, options?: CallOptions): Reply<'rotate_key'> =>
      this.call('rotate_key', { path: { id } }, options),
  };

  readonly tenants = {
    create: (body: Body<'create_tenant'>, options?: CallOptions): Reply<'create_tenant'> =>
      this.call('create_tenant', { body }, options),
    list: (options?: CallOptions): Reply<'list_tenants'> => this.call('list_tenants', {}, options),
    erase: (id: string, options?: CallOptions): Reply<'erase_tenant'> =>
      this.call('erase_tenant', { path: { id } }, options),
  };

  readonly users = {
    create: (body: Body<'create_user'>, options?: CallOptions): Reply<'create_user'> =>
      this.call('create_user', { body }, options),
    list: (query?: Query<'list_users'>, options?: CallOptions): Reply<'list_users'> =>
      this.call('list_users', { query }, options),
    get: (id: string, options?: CallOptions): Reply<'get_user'> => this.call('get_user', { path: { id } }, options),
    change: ({ id, version }: Versioned, body: Body<'change_user'>, options?: CallOptions): Reply<'change_user'> =>
      this.call('change_user', { path: { id }, body }, ifMatch(version, options)),
    delete: ({ id, version }: Versioned, options?: CallOptions): Reply<'delete_user'> =>
      this.call('delete_user', { path: { id } }, ifMatch(version, options)),
  };

  readonly webhooks = {
    create: (body: Body<'create_webhook'>, options?: CallOptions): Reply<'create_webhook'> =>
      this.call('create_webhook', { body }, options),
    list: (options?: CallOptions): Reply<'list_webhooks'> => this.call('list_webhooks', {}, options),
    get: (id: string, options?: CallOptions): Reply<'get_webhook'> =>
      this.call('get_webhook', { path: { id } }, options),
    delete: (id: string, options?: CallOptions): Reply<'delete_webhook'> =>
      this.call('delete_webhook', { path: { id } }, options),
    test: (id: string, options?: CallOptions): Reply<'test_webhook'> =>
      this.call('test_webhook', { path: { id } }, options),
    deliveries: (id: string, query?: Query<'list_deliveries'>, options?: CallOptions): Reply<'list_deliveries'> =>
      this.call('list_deliveries', { path: { id }, query }, options),
  };

  readonly trainingSets = {
    create: (body: Body<'create_training_set'>, options?: CallOptions): Reply<'create_training_set'> =>
      this.call('create_training_set', { body }, options),
    list: (query?: Query<'list_training_sets'>, options?: CallOptions): Reply<'list_training_sets'> =>
      this.call('list_training_sets', { query }, options),
    get: (id: string, options?: CallOptions): Reply<'get_training_set'> =>
      this.call('get_training_set', { path: { id } }, options),
    data: (id: string, query?: Query<'get_training_data'>, options?: CallOptions): Reply<'get_training_data'> =>
      this.call('get_training_data', { path: { id }, query }, options),
    delete: (id: string, options?: CallOptions): Reply<'delete_training_set'> =>
      this.call('delete_training_set', { path: { id } }, options),
  };

  readonly retention = {
    get: (options?: CallOptions): Reply<'get_retention'> => this.call('get_retention', {}, options),
    change: (body: Body<'change_retention'>, options?: CallOptions): Reply<'change_retention'> =>
      this.call('change_retention', { body }, options),
    cleanup: (query?: Query<'cleanup'>, options?: CallOptions): Reply<'cleanup'> =>
      this.call('cleanup', { query }, options),
  };

  readonly audit = (query?: Query<'list_audit'>, options?: CallOptions): Reply<'list_audit'> =>
    this.call('list_audit', { query }, options);
  readonly storageMetrics = (options?: CallOptions): Reply<'storage_metrics'> =>
    this.call('storage_metrics', {}, options);
  readonly health = (options?: CallOptions): Reply<'health_detailed'> => this.call('health_detailed', {}, options);
  readonly metrics = (options?: CallOptions): Reply<'metrics'> => this.call('metrics', {}, options);
}

/** `If-Match` names the version that is changed: pass the record as it was read. */
function ifMatch(version: number, options: CallOptions = {}): CallOptions {
  return { ...options, headers: { 'if-match': `"${version}"`, ...options.headers } };
}
