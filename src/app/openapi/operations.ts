import { LEGACY_TAG, REQUEST_CONTENT_EXTENSION, RESPONSE_HEADER_EXTENSION } from '#http';
import type { ComponentRegistry } from './components.js';
import type { Content, Header, Operation, Reference, Response } from './document.js';
import { CORRELATION_ID, problemName } from './problems.js';

/**
 * Adds to an operation what its decorators imply: the statuses that all routes of its kind can return, the headers of
 * its responses, and its security. Without these, clients would receive undocumented statuses.
 */
export function completeOperation(path: string, operation: Operation, registry: ComponentRegistry): void {
  if (operation.tags?.includes(LEGACY_TAG)) {
    operation.deprecated = true;
    operation.tags = [LEGACY_TAG];
  }
  operation.operationId = operationId(operation.operationId ?? path);
  operation.security = uniqueSchemes(operation.security ?? []);
  applyRequestContent(operation);
  const headers = { ...CORRELATION_ID, ...extractResponseHeaders(operation) };
  for (const status of commonStatuses(path, operation)) operation.responses[status] ??= { description: '' };
  for (const [status, response] of Object.entries(operation.responses)) {
    if (isProblem(status, response)) {
      operation.responses[status] = { $ref: `#/components/responses/${problemName(status)}` };
    } else if ('description' in response) {
      const own = Number(status) < 400 ? headers : CORRELATION_ID;
      response.headers = registry.referHeaders({ ...own, ...response.headers });
    }
  }
}

/** Returns the error statuses of all routes of this kind. `ProblemResponses` declares those of single routes. */
function commonStatuses(path: string, { parameters = [], requestBody, security = [] }: Operation): number[] {
  const statuses = [400, 405, 414, 415, 431, 500, 503];
  if (security.length > 0) statuses.push(401, 403, 429);
  if (path.includes('{')) statuses.push(404);
  if (requestBody) statuses.push(408, 413);
  if (requestBody || parameters.length > 0) statuses.push(422);
  return statuses;
}

/** Whether the response is an error without its own body. */
function isProblem(status: string, response: Response | Reference): boolean {
  return Number(status) >= 400 && 'description' in response && response.content === undefined;
}

/** In order of preference: generators and readers use the first scheme. */
const SCHEMES = ['bearer', 'api_key', 'session', 'feedback_token'];

/** Removes duplicates, because a class and its methods may declare the same scheme. */
function uniqueSchemes(security: Record<string, string[]>[]): Record<string, string[]>[] {
  const declared = new Set(security.flatMap((each) => Object.keys(each)));
  return SCHEMES.filter((scheme) => declared.has(scheme)).map((scheme) => ({ [scheme]: [] }));
}

function applyRequestContent(operation: Operation): void {
  const content = operation[REQUEST_CONTENT_EXTENSION] as Content | undefined;
  if (content && operation.requestBody) Object.assign(operation.requestBody.content, content);
  delete operation[REQUEST_CONTENT_EXTENSION];
}

function extractResponseHeaders(operation: Operation): Record<string, Header> {
  const headers: Record<string, Header> = {};
  for (const key of Object.keys(operation)) {
    if (!key.startsWith(RESPONSE_HEADER_EXTENSION)) continue;
    const extension = key as `x-${string}`;
    headers[key.slice(RESPONSE_HEADER_EXTENSION.length)] = operation[extension] as Header;
    delete operation[extension];
  }
  return headers;
}

/** Clients are generated with the operation ids, so an id outlives the name of its controller. */
const PUBLISHED_NAMES: Record<string, string> = { LegacyAnalytics: 'OlderAnalytics' };

/** `AnalyticsController_labelDistribution` → `analytics_label_distribution`. */
function operationId(name: string): string {
  return name
    .replace(/^(\w+)Controller_/, (_, controller: string) => `${PUBLISHED_NAMES[controller] ?? controller}_`)
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
