import { type operations, routes } from './api-types.js';
import { type ApiAnswer, Caller, type CallOptions } from './caller.js';
import type { BodyArgument, QueryArgument, SuccessOf } from './operation-types.js';

type Query<Id extends keyof operations> = QueryArgument<operations[Id]>;
type Body<Id extends keyof operations> = BodyArgument<operations[Id]>;
type Reply<Id extends keyof operations> = Promise<ApiAnswer<SuccessOf<operations[Id]>>>;

/** The API that applications use, with the types of docs/api/openapi.json. */
export class ApiClient extends Caller<operations> {
  protected readonly routes = routes;

  /** The same server with another key, or with none. */
  as(key: string | null, headers: Record<string, string> = {}): ApiClient {
    return new ApiClient(this.endpoint, { key, headers });
  }

  readonly predict = (body: Body<'predict'>, options?: CallOptions): Reply<'predict'> =>
    this.call('predict', { body }, options);
  readonly batch = (body: Body<'batch'>, options?: CallOptions): Reply<'batch'> =>
    this.call('batch', { body }, options);

  /** A prediction that is surely recorded; `predict` also answers one that is not, whose id is null. */
  async predicted(text = 'What a day!'): Promise<{ id: string; feedback_token: string }> {
    const { status, text: answer, body } = await this.predict({ text });
    if (status !== 200 || body.id === null || body.feedback_token === null)
      throw new Error(`no prediction: ${status} ${answer}`);
    return { id: body.id, feedback_token: body.feedback_token };
  }

  readonly predictions = {
    log: (body: Body<'log_predictions'>, options?: CallOptions): Reply<'log_predictions'> =>
      this.call('log_predictions', { body }, options),
    get: (id: string, options?: CallOptions): Reply<'get_prediction'> =>
      this.call('get_prediction', { path: { id } }, options),
    list: (query?: Query<'list_predictions'>, options?: CallOptions): Reply<'list_predictions'> =>
      this.call('list_predictions', { query }, options),
    export: (query?: Query<'export_predictions'>, options?: CallOptions): Reply<'export_predictions'> =>
      this.call('export_predictions', { query }, options),
  };

  readonly votes = {
    create: (id: string, body: Body<'vote'>, options?: CallOptions): Reply<'vote'> =>
      this.call('vote', { path: { id }, body }, options),
    withdraw: (id: string, query?: Query<'withdraw_vote'>, options?: CallOptions): Reply<'withdraw_vote'> =>
      this.call('withdraw_vote', { path: { id }, query }, options),
    export: (query?: Query<'export_votes'>, options?: CallOptions): Reply<'export_votes'> =>
      this.call('export_votes', { query }, options),
  };

  readonly labels = {
    create: (body: Body<'create_labels'>, options?: CallOptions): Reply<'create_labels'> =>
      this.call('create_labels', { body }, options),
    export: (query?: Query<'export_labels'>, options?: CallOptions): Reply<'export_labels'> =>
      this.call('export_labels', { query }, options),
  };

  readonly feedback = {
    create: (body: Body<'create_feedback'>, options?: CallOptions): Reply<'create_feedback'> =>
      this.call('create_feedback', { body }, options),
    createByLegacyPath: (
      body: Body<'create_feedback_older_path'>,
      options?: CallOptions,
    ): Reply<'create_feedback_older_path'> => this.call('create_feedback_older_path', { body }, options),
  };

  readonly metricEvents = {
    create: (body: Body<'create_metric_events'>, options?: CallOptions): Reply<'create_metric_events'> =>
      this.call('create_metric_events', { body }, options),
    get: (id: string, options?: CallOptions): Reply<'get_metric_event'> =>
      this.call('get_metric_event', { path: { id } }, options),
    list: (query?: Query<'list_metric_events'>, options?: CallOptions): Reply<'list_metric_events'> =>
      this.call('list_metric_events', { query }, options),
    stats: (query: Query<'metric_event_stats'>, options?: CallOptions): Reply<'metric_event_stats'> =>
      this.call('metric_event_stats', { query }, options),
    types: (query?: Query<'metric_event_types'>, options?: CallOptions): Reply<'metric_event_types'> =>
      this.call('metric_event_types', { query }, options),
    export: (query?: Query<'export_metric_events'>, options?: CallOptions): Reply<'export_metric_events'> =>
      this.call('export_metric_events', { query }, options),
  };

  readonly analytics = {
    summary: (query?: Query<'analytics_summary'>, options?: CallOptions): Reply<'analytics_summary'> =>
      this.call('analytics_summary', { query }, options),
    recent: (query?: Query<'analytics_recent'>, options?: CallOptions): Reply<'analytics_recent'> =>
      this.call('analytics_recent', { query }, options),
    labels: (
      query?: Query<'analytics_label_distribution'>,
      options?: CallOptions,
    ): Reply<'analytics_label_distribution'> => this.call('analytics_label_distribution', { query }, options),
    models: (query?: Query<'analytics_models'>, options?: CallOptions): Reply<'analytics_models'> =>
      this.call('analytics_models', { query }, options),
    timeseries: (query?: Query<'analytics_timeseries'>, options?: CallOptions): Reply<'analytics_timeseries'> =>
      this.call('analytics_timeseries', { query }, options),
    latency: (query?: Query<'analytics_latency'>, options?: CallOptions): Reply<'analytics_latency'> =>
      this.call('analytics_latency', { query }, options),
    cache: (query?: Query<'analytics_cache'>, options?: CallOptions): Reply<'analytics_cache'> =>
      this.call('analytics_cache', { query }, options),
  };

  readonly subjects = {
    erase: (id: string, options?: CallOptions): Reply<'erase_subject'> =>
      this.call('erase_subject', { path: { id } }, options),
    export: (id: string, options?: CallOptions): Reply<'export_subject'> =>
      this.call('export_subject', { path: { id } }, options),
  };

  readonly health = (options?: CallOptions): Reply<'health'> => this.call('health', {}, options);
  readonly readiness = (options?: CallOptions): Reply<'readiness'> => this.call('readiness', {}, options);
}
