import { type INestApplication, Injectable } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from '#kernel';
import { apiSchema, ProblemSchema } from '#http';
import { ComponentRegistry, pick } from './openapi/components.js';
import type { ApiDocument } from './openapi/document.js';
import { completeOperation } from './openapi/operations.js';
import { problemResponses } from './openapi/problems.js';
import { TAGS } from './openapi/tags.js';

const OPERATOR_PATHS = ['/health/detailed', '/metrics'];
const isAdmin = (path: string): boolean => path.startsWith('/admin/') || OPERATOR_PATHS.includes(path);

/** Holds the API documents, one for users and one for operators. They are built once from the code. */
@Injectable()
export class OpenApiDocuments {
  private documents: { user: ApiDocument; admin: ApiDocument } | undefined;

  /** Builds both documents. @throws Error if components conflict or a status has no shared response */
  build(app: INestApplication): void {
    const registry = new ComponentRegistry();
    const document = registry.refer(SwaggerModule.createDocument(app, configuration())) as ApiDocument;
    registry.refer(apiSchema(ProblemSchema));
    for (const [name, response] of Object.entries(problemResponses()))
      registry.add('responses', name, { ...response, headers: registry.referHeaders(response.headers) });
    for (const [path, item] of Object.entries(document.paths))
      for (const operation of Object.values(item)) completeOperation(path, operation, registry);
    registry.referParameters(document.paths);
    this.documents = {
      user: pick(document, registry, (path) => !isAdmin(path)),
      admin: pick(document, registry, isAdmin),
    };
  }

  get user(): ApiDocument {
    return this.built.user;
  }

  get admin(): ApiDocument {
    return this.built.admin;
  }

  private get built(): { user: ApiDocument; admin: ApiDocument } {
    if (!this.documents) throw new Error('the API documents are built when the server starts');
    return this.documents;
  }
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
