import { type INestApplication, Injectable } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from '#kernel';
import { apiSchema, ProblemSchema } from '#http';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

type ResponseObject = Extract<NonNullable<Operation['responses'][string]>, { description: string }>;
type Headers = NonNullable<ResponseObject['headers']>;

const header = (description: string, type: string): Headers[string] => ({ description, schema: { type } });

/** By status; `all` is on every answer. */
const HEADERS: Record<string, Headers> = {
  all: {
    'X-Correlation-ID': header('Yours, when it was well-formed, or a new one; finds the request in the log.', 'string'),
  },
  401: { 'WWW-Authenticate': header('`Bearer`', 'string') },
  405: { Allow: header('The methods this address takes.', 'string') },
  409: { 'Retry-After': header('Seconds; when the same request is still being served.', 'integer') },
  429: {
    'Retry-After': header('Seconds.', 'integer'),
    RateLimit: header('What is left, by limit.', 'string'),
    'RateLimit-Policy': header('The limits.', 'string'),
    'X-RateLimit-Limit': header('The nearest limit.', 'integer'),
    'X-RateLimit-Remaining': header('What is left of it.', 'integer'),
    'X-RateLimit-Reset': header('Seconds until it begins anew.', 'integer'),
  },
  503: { 'Retry-After': header('Seconds.', 'integer') },
};

/** Operations that take an `Idempotency-Key`. */
const KEYED = new Set([
  'predict',
  'batch',
  'predict_older_path',
  'batch_older_path',
  'log_predictions',
  'create_labels',
  'create_metric_events',
  'create_feedback',
  'create_feedback_older_path',
  'create_key',
  'rotate_key',
  'create_tenant',
  'create_user',
  'make_password_link',
  'create_webhook',
  'create_training_set',
]);
const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description:
    'Makes the request safe to repeat: the same key and body get the first answer again for 24 hours. Not used on NDJSON, whose ' +
    'lines are idempotent by `id`.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const OPERATOR_PATHS = ['/health/detailed', '/metrics'];
const isAdmin = (path: string): boolean => path.startsWith('/admin/') || OPERATOR_PATHS.includes(path);
const isOlder = (path: string): boolean =>
  /^\/(?:predict|batch|analytics\/.*|api\/feedback|api\/v1\/health)$/.test(path);
const isDocs = (path: string): boolean => path.startsWith('/docs');

/** Probes answer 503 in their own words: a state, not a failure. */
const PROBES = new Set(['/health', '/health/liveness', '/health/readiness', '/health/startup', '/api/v1/health']);

const PROBLEMS: Record<number, string> = {
  400: 'The request could not be read, or a guard stopped it.',
  401: 'No key, or one that is unknown, expired or revoked.',
  403: 'The key lacks the scope.',
  404: 'Nothing there, or it belongs to another tenant.',
  405: 'The address does not take that method.',
  408: 'The body took too long to arrive.',
  409: 'The chosen id belongs to another record, or a request with the same Idempotency-Key is being served.',
  412: 'It was changed meanwhile.',
  413: 'The body is too large.',
  414: 'The address is too long.',
  415: 'The content type is not taken here.',
  422: 'Well-formed, but invalid; `errors` names each field.',
  428: '`If-Match` is required.',
  429: 'Too many requests; `Retry-After` says when to go on.',
  431: 'The headers are too large.',
  500: 'An error of the server; the correlation id finds it in the log.',
  503: 'Something the server needs is away; `Retry-After` says when to try again.',
};

/** The API documents: built once from the code, one for users and one for operators. */
@Injectable()
export class OpenApiDocuments {
  private documents: { user: OpenAPIObject; admin: OpenAPIObject } | undefined;

  build(app: INestApplication): void {
    const config = new DocumentBuilder()
      .setOpenAPIVersion('3.1.0')
      .setTitle('feedback-loop')
      .setDescription(
        'Logs or serves the predictions of a classifier, and answers what they are worth. Errors are `application/problem+json` ' +
          '(RFC 9457). Times are ISO 8601 in UTC; ranges are half-open: from ≤ t < to.',
      )
      .setVersion(VERSION)
      .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
      .addTag('Predictions')
      .addTag('Votes and labels')
      .addTag('Feedback')
      .addTag('Analytics')
      .addTag('Administration')
      .addTag('People')
      .addTag('Operations')
      .addTag('Older paths', 'Served for the clients of older systems; new ones use /api/v1.')
      .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'fl_…' }, 'bearer')
      .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key' }, 'api_key')
      .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Feedback-Token' }, 'feedback_token')
      .addCookieAuth('__Host-fl', { type: 'apiKey', in: 'cookie' }, 'session')
      .build();
    const whole = SwaggerModule.createDocument(app, config);
    whole.components = {
      ...whole.components,
      schemas: { ...whole.components?.schemas, Problem: apiSchema(ProblemSchema) as never },
    };
    for (const [path, item] of Object.entries(whole.paths)) {
      for (const method of METHODS) if (item[method]) complete(path, item[method]);
    }
    this.documents = {
      user: pick(whole, (path) => !isAdmin(path) && !isDocs(path)),
      admin: pick(whole, isAdmin),
    };
  }

  get user(): OpenAPIObject {
    return this.built.user;
  }

  get admin(): OpenAPIObject {
    return this.built.admin;
  }

  private get built(): { user: OpenAPIObject; admin: OpenAPIObject } {
    if (!this.documents) throw new Error('the API documents are built when the server starts');
    return this.documents;
  }
}

/** Declares what every route can answer, so that no client meets an undocumented status. */
function complete(path: string, operation: Operation): void {
  if (isOlder(path)) {
    operation.deprecated = true;
    operation.tags = ['Older paths'];
  }
  operation.operationId = operationId(operation.operationId ?? path);
  if (PROBES.has(path)) {
    operation.responses[503] = {
      description: 'Not now; the body says why.',
      content: { 'application/json': { schema: { type: 'object', properties: { status: { type: 'string' } } } } },
    };
  }
  // A scope of the method stands beside that of its class.
  const byToken = operation.security?.some((each) => 'feedback_token' in each) ?? false;
  if (operation.security) operation.security = byToken ? [...SECURITY, { feedback_token: [] }] : SECURITY;
  const secured = operation.security !== undefined;
  const statuses = [400, 405, 414, 415, 431, 500, 503];
  if (secured) statuses.push(401, 403, 429);
  if (path.includes('{') || SESSION_PATHS.has(path)) statuses.push(404);
  if (operation.requestBody) statuses.push(408, 413);
  if (hasIfMatch(operation)) statuses.push(412, 428);
  if (PASSWORD_PATHS.has(path)) statuses.push(401, 403, 429);
  if (operation.requestBody || operation.parameters?.length) statuses.push(422);
  for (const status of statuses.sort()) {
    operation.responses[status] ??= problemResponse(status);
  }
  declareHeaders(operation);
}

/** Any of them. */
const SECURITY: NonNullable<Operation['security']> = [{ bearer: [] }, { api_key: [] }, { session: [] }];

/** Of the session of a cookie: a key has none. */
const SESSION_PATHS = new Set(['/admin/api/session', '/admin/api/logout', '/admin/api/session/password']);

/** Public, but counted by address. */
const PASSWORD_PATHS = new Set(['/admin/api/login', '/admin/api/password', '/admin/api/password/reset']);

function hasIfMatch({ parameters = [] }: Operation): boolean {
  return parameters.some((parameter) => 'name' in parameter && parameter.name === 'If-Match');
}

function declareHeaders(operation: Operation): void {
  const keyed = KEYED.has(operation.operationId ?? '');
  if (keyed) {
    operation.parameters = [...(operation.parameters ?? []), IDEMPOTENCY_KEY];
    operation.responses[409] ??= problemResponse(409);
  }
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!response || !('description' in response)) continue;
    if (response.description === '') response.description = 'Success.';
    response.headers = { ...HEADERS.all, ...HEADERS[status], ...response.headers };
    if (keyed && status.startsWith('2'))
      response.headers['Idempotent-Replayed'] = header('`true` when the key was answered before.', 'boolean');
  }
}

function problemResponse(status: number): ResponseObject {
  return {
    description: PROBLEMS[status] ?? 'Error.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

/** `OlderAnalyticsController_labelDistribution` → `older_analytics_label_distribution`. */
function operationId(name: string): string {
  return name
    .replace('Controller_', '_')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function pick(document: OpenAPIObject, wanted: (path: string) => boolean): OpenAPIObject {
  const paths = Object.entries(document.paths).filter(([path]) => wanted(path));
  return { ...document, paths: Object.fromEntries(paths.sort(([a], [b]) => (a < b ? -1 : 1))) };
}
