import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendAsset, sendPage } from '#http';
import { Public } from '#security';

const ASSETS = {
  'page.css': 'page.css',
  'icon.svg': 'icon.svg',
  'request.js': 'account/request.js',
  'sign-in.js': 'account/sign-in.js',
  'password.js': 'account/password.js',
};

/** Serves the pages for signing in and choosing a password. They contain no data; their scripts get it from the API. */
@ApiExcludeController()
@Public()
@Controller('admin')
export class AccountPagesController {
  @Get('sign-in')
  async signIn(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await sendPage(request, reply, { file: 'account/sign-in.html' });
  }

  @Get('password')
  async password(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await sendPage(request, reply, { file: 'account/password.html' });
  }

  @Get('assets/:file')
  async asset(@Param('file') file: string, @Res() reply: FastifyReply): Promise<void> {
    await sendAsset(reply, ASSETS, file);
  }
}
