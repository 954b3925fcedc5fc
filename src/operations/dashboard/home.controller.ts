import { Controller, Get, HttpStatus, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { VERSION } from '#kernel';
import { type HealthState, HealthService } from '#health';
import { sendAsset, sendPage } from '#http';
import { Public } from '#security';

const MEANINGS: Record<HealthState, string> = {
  healthy: 'Requests are served, and records are written to the database.',
  degraded: 'Requests are served, and nothing is lost, but a part of the installation is unavailable.',
  unhealthy: 'The server cannot do its work: an operator must act.',
  draining: 'The server is stopping.',
};

const LINKS = { docs: 'docs', openapi: 'docs-json', operator_docs: 'docs/admin', sign_in: 'admin/sign-in' };

/**
 * Serves the first page: version, state and links.
 *
 * - reads only memory, so it is there during an outage, too
 * - its status is 200 in every state, because it reports the state and is no probe
 */
@ApiExcludeController()
@Public()
@Controller()
export class HomeController {
  constructor(private readonly health: HealthService) {}

  /** JSON for a client that does not ask for HTML, such as curl. Links are relative to the address of this page. */
  @Get()
  async home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { state } = this.health;
    void reply.header('vary', 'Accept');
    if (request.headers.accept?.includes('text/html') === true) {
      const values = { version: VERSION, state, meaning: MEANINGS[state] };
      await sendPage(request, reply, { file: 'home.html', values });
      return;
    }
    await reply
      .header('cache-control', 'no-cache')
      .send({ name: 'feedback-loop', version: VERSION, state, links: LINKS });
  }

  /** People type the address of the folder, too. The target is relative: a proxy may add a path in front. */
  @Get('admin')
  async admin(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const target = request.url.split('?')[0]?.endsWith('/') === true ? 'sign-in' : 'admin/sign-in';
    await reply.redirect(target, HttpStatus.FOUND);
  }

  /** Browsers ask for it at every address that has no page of ours, such as JSON. */
  @Get('favicon.ico')
  async icon(@Res() reply: FastifyReply): Promise<void> {
    await sendAsset(reply, { 'icon.svg': 'icon.svg' }, 'icon.svg');
  }
}
