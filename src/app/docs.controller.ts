import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PACKAGE_ROOT } from '#kernel';
import { sendAsset, sendPage } from '#http';
import { Public, Scopes } from '#security';

const SWAGGER_UI: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};
const ASSETS = { 'start.js': 'docs/start.js', 'docs.css': 'docs/docs.css' };
const DOCUMENTS = join(PACKAGE_ROOT, 'docs', 'api');
const FOLDER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** Swagger UI needs inline styles and `data:` images. Scripts are loaded from this server only. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/**
 * Serves the generated API documents of docs/api, as JSON and in Swagger UI. The pages are public and contain no data:
 * their script gets the document, or asks for a key.
 */
@ApiExcludeController()
@Controller()
export class DocsController {
  @Get('docs')
  @Public()
  async userPage(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.sendDocsPage(request, reply, 'feedback-loop API', 'docs-json');
  }

  @Get('docs-json')
  @Public()
  async userDocument(@Res() reply: FastifyReply): Promise<void> {
    await sendDocument(reply, 'openapi.json');
  }

  @Get('docs/admin')
  @Public()
  async adminPage(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.sendDocsPage(request, reply, 'feedback-loop operator API', 'docs/admin-json');
  }

  @Get('docs/admin-json')
  @Scopes('read', 'admin')
  async adminDocument(@Res() reply: FastifyReply): Promise<void> {
    await sendDocument(reply, 'openapi-admin.json');
  }

  @Get('docs/assets/:file')
  @Public()
  async asset(@Param('file') file: string, @Res() reply: FastifyReply): Promise<void> {
    const type = Object.hasOwn(SWAGGER_UI, file) ? SWAGGER_UI[file] : undefined;
    if (type === undefined) {
      await sendAsset(reply, ASSETS, file);
      return;
    }
    await reply
      .type(type)
      .header('cache-control', 'public, max-age=3600')
      .send(await readFile(join(FOLDER, file)));
  }

  private async sendDocsPage(
    request: FastifyRequest,
    reply: FastifyReply,
    title: string,
    document: string,
  ): Promise<void> {
    await sendPage(request, reply, { file: 'docs/docs.html', values: { title, document }, csp: CSP });
  }
}

async function sendDocument(reply: FastifyReply, file: string): Promise<void> {
  await reply.type('application/json; charset=utf-8').send(await readFile(join(DOCUMENTS, file)));
}
