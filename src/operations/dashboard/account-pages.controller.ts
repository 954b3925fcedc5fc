import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { NotFoundError, PACKAGE_ROOT } from '#kernel';
import { Public } from '#security';

const ASSETS: Record<string, string> = {
  'account.css': 'text/css; charset=utf-8',
  'request.js': 'text/javascript; charset=utf-8',
  'sign-in.js': 'text/javascript; charset=utf-8',
  'password.js': 'text/javascript; charset=utf-8',
};
const HTML = 'text/html; charset=utf-8';
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Serves the pages for signing in and choosing a password. They contain no data; their scripts get it from the API. */
@ApiExcludeController()
@Public()
@Controller('admin')
export class AccountPagesController {
  @Get('sign-in')
  async signIn(@Res() reply: FastifyReply): Promise<void> {
    await send(reply, 'sign-in.html', HTML);
  }

  @Get('password')
  async password(@Res() reply: FastifyReply): Promise<void> {
    await send(reply, 'password.html', HTML);
  }

  @Get('assets/:file')
  async asset(@Param('file') file: string, @Res() reply: FastifyReply): Promise<void> {
    const type = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
    if (type === undefined) throw new NotFoundError('The file');
    await send(reply, file, type);
  }
}

async function send(reply: FastifyReply, file: string, type: string): Promise<void> {
  const bytes = await readFile(join(PACKAGE_ROOT, 'web', 'account', file));
  await reply.headers({ 'content-security-policy': CSP, 'cache-control': 'no-cache' }).type(type).send(bytes);
}
