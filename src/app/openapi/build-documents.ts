import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from '#kernel';
import { apiSchema, ProblemSchema } from '#http';
import { ComponentRegistry, pick } from './components.js';
import type { ApiDocument } from './document.js';
import { completeOperation } from './operations.js';
import { problemResponses } from './problems.js';
import { TAGS } from './tags.js';

const OPERATOR_PATHS = ['/health/detailed', '/metrics'];
const isAdmin = (path: string): boolean => path.startsWith('/admin/') || OPERATOR_PATHS.includes(path);

/**
 * Builds the API documents from the code: one for users and one for operators.
 *
 * A server does not call it: it takes half a second. `npm run generate` writes the result to docs/api, and CI fails if
 * it differs.
 *
 * @throws Error if components conflict or a status has no shared response
 */
export function buildApiDocuments(app: INestApplication): { user: ApiDocument; admin: ApiDocument } {
  const registry = new ComponentRegistry();
  const document = registry.refer(SwaggerModule.createDocument(app, configuration())) as ApiDocument;
  registry.refer(apiSchema(ProblemSchema));
  for (const [name, response] of Object.entries(problemResponses()))
    registry.add('responses', name, { ...response, headers: registry.referHeaders(response.headers) });
  for (const [path, item] of Object.entries(document.paths))
    for (const operation of Object.values(item)) completeOperation(path, operation, registry);
  registry.referParameters(document.paths);
  return {
    user: pick(document, registry, (path) => !isAdmin(path)),
    admin: pick(document, registry, isAdmin),
  };
}

function configuration(): ReturnType<DocumentBuilder['build']> {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('feedback-loop')
    .setDescription(
      'Logs or serves the predictions of a classifier, collects feedback on them, and reports how good they are. Errors are ' +
        '`application/problem+json` (RFC 9457). Times are ISO 8601 in UTC; ranges are half-open: from ≤ t < to.',
    )
    .setVersion(VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'The server that serves this document.')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'fl_…', description: 'An API key.' }, 'bearer')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An API key.' }, 'api_key')
    .addApiKey(
      {
        type: 'apiKey',
        in: 'header',
        name: 'X-Feedback-Token',
        description: 'The `feedback_token` of one prediction: valid only for feedback on it.',
      },
      'feedback_token',
    )
    .addCookieAuth(
      '__Host-fl',
      { type: 'apiKey', in: 'cookie', description: 'The session of a user; changes also need `X-CSRF-Token`.' },
      'session',
    );
  for (const [name, description] of TAGS) builder.addTag(name, description);
  return builder.build();
}
