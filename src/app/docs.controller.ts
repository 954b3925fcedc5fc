import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { NotFoundError, PACKAGE_ROOT } from '#kernel';
import { Public, Scopes } from '#security';

const ASSETS: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};
const DOCUMENTS = join(PACKAGE_ROOT, 'docs', 'api');
const FOLDER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** Swagger UI needs inline styles and `data:` images. Scripts are loaded from this server only. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

const page = (title: string, document: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css"></head>
<body><div id="swagger-ui" data-document="${document}"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script><script src="/docs/assets/start.js"></script></body>
</html>
`;

const START = `const place = document.getElementById('swagger-ui');
SwaggerUIBundle({ url: place.dataset.document, domNode: place, deepLinking: true, persistAuthorization: false });
`;

/** Serves the generated API documents of docs/api, as JSON and in Swagger UI. */
@ApiExcludeController()
@Controller()
export class DocsController {
  @Get('docs')
  @Public()
  async userPage(@Res() reply: FastifyReply): Promise<void> {
    await sendPage(reply, page('feedback-loop API', '/docs-json'));
  }

  @Get('docs-json')
  @Public()
  async userDocument(@Res() reply: FastifyReply): Promise<void> {
    await sendDocument(reply, 'openapi.json');
  }

  @Get('docs/admin')
  @Scopes('read', 'admin')
  async adminPage(@Res() reply: FastifyReply): Promise<void> {
    await sendPage(reply, page('feedback-loop operator API', '/docs/admin-json'));
  }

  @Get('docs/admin-json')
  @Scopes('read', 'admin')
  async adminDocument(@Res() reply: FastifyReply): Promise<void> {
    await sendDocument(reply, 'openapi-admin.json');
  }

  @Get('docs/assets/:file')
  @Public()
  async asset(@Param('file') file: string, @Res() reply: FastifyReply): Promise<void> {
    if (file === 'start.js') {
      await reply.type('text/javascript; charset=utf-8').send(START);
      return;
    }
    const type = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
    if (type === undefined) throw new NotFoundError('The file');
    await reply
      .type(type)
      .header('cache-control', 'public, max-age=3600')
      .send(await readFile(join(FOLDER, file)));
  }
}

async function sendPage(reply: FastifyReply, html: string): Promise<void> {
  await reply.header('content-security-policy', CSP).type('text/html; charset=utf-8').send(html);
}

async function sendDocument(reply: FastifyReply, file: string): Promise<void> {
  await reply.type('application/json; charset=utf-8').send(await readFile(join(DOCUMENTS, file)));
}
