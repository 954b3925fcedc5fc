import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { etagOf, type Page, matchesIfNoneMatch, ValidationError, parseIfMatch } from '#kernel';
import { BINARY, FileRoute, PagedListRoute, ProblemResponses, ResourceRoute, StrictInput, UUID, UuidPipe } from '#http';
import { Caller, type Principal, Scopes, Unlimited } from '#security';
import { InboxQuery, ScreenshotQuery, SubmissionQuery, toFilter, toMoment } from '../dto/inbox.query.js';
import {
  type FeedbackResource,
  FeedbackSchema,
  HistorySchema,
  toFeedbackResource,
  toHistoryResource,
  toTriage,
  TriageSchema,
  triageValidator,
} from '../dto/inbox.schema.js';
import type { InboxItem } from './inbox.js';
import { InboxService } from './inbox.service.js';

const SUBMISSION = { path: { id: UUID }, returns: FeedbackSchema };
const SCREENSHOT = {
  path: { id: UUID, n: Type.Integer({ minimum: 0, maximum: 99 }) },
  content: { 'image/webp': BINARY },
  ifNoneMatch: true,
};

/** Keeps browsers from showing uploaded bytes as a page, whatever they contain. */
const SCREENSHOT_HEADERS = {
  'content-type': 'image/webp',
  'content-disposition': 'attachment; filename="screenshot.webp"',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'private, max-age=86400, immutable',
};

const SENT_HEADERS = {
  ...SCREENSHOT_HEADERS,
  'content-type': 'application/octet-stream',
  'content-disposition': 'attachment; filename="screenshot.bin"',
};

@ApiTags('Feedback')
@StrictInput()
@Unlimited()
@Scopes('admin')
@Controller('admin/api/feedback')
export class InboxController {
  constructor(private readonly inbox: InboxService) {}

  @Get()
  @PagedListRoute({
    operationId: 'list_feedback',
    summary: 'List feedback submissions, newest first',
    description: 'Feedback that is deleted or in quarantine is listed only on request.',
    of: FeedbackSchema,
  })
  async list(@Caller() caller: Principal, @Query() query: InboxQuery): Promise<Page<FeedbackResource>> {
    const filter = { ...toFilter(query), quarantined: query.quarantined ?? false };
    const page = await this.inbox.list(caller, filter, query.limit, query.cursor);
    return { ...page, data: page.data.map(toFeedbackResource) };
  }

  @Get(':id')
  @ResourceRoute({
    operationId: 'get_feedback',
    summary: 'Get a feedback submission',
    description: 'Deleted feedback is found only with `include_deleted`.',
    ...SUBMISSION,
    etag: true,
  })
  async get(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Query() query: SubmissionQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FeedbackResource> {
    const at = toMoment(query);
    // A past state has no ETag, because it cannot be changed.
    if (at !== undefined) return toFeedbackResource(await this.inbox.getAsOf(caller, id, at));
    return withEtag(reply, await this.inbox.get(caller, id, query.include_deleted));
  }

  @Patch(':id')
  @ResourceRoute({
    operationId: 'triage_feedback',
    summary: 'Triage a feedback submission',
    description: 'Only the fields in the body change.',
    body: TriageSchema,
    ...SUBMISSION,
    etag: true,
    ifMatch: true,
  })
  async triage(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FeedbackResource> {
    const change = toTriage(triageValidator.parse(body));
    await this.inbox.get(caller, id);
    return withEtag(reply, await this.inbox.triage(caller, id, parseIfMatch(ifMatch), change));
  }

  @Delete(':id')
  @ResourceRoute({
    operationId: 'delete_feedback',
    summary: 'Delete a feedback submission',
    description: 'Deleted feedback can be restored until the end of its retention.',
    ...SUBMISSION,
    etag: true,
    ifMatch: true,
  })
  async remove(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FeedbackResource> {
    await this.inbox.get(caller, id);
    return withEtag(reply, await this.inbox.remove(caller, id, parseIfMatch(ifMatch)));
  }

  @Post(':id/restore')
  @HttpCode(200)
  @ResourceRoute({
    operationId: 'restore_feedback',
    summary: 'Restore a deleted feedback submission',
    description: 'Deleted feedback can be restored until the end of its retention.',
    ...SUBMISSION,
    etag: true,
    ifMatch: true,
  })
  async restore(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FeedbackResource> {
    await this.inbox.get(caller, id, true);
    return withEtag(reply, await this.inbox.restore(caller, id, parseIfMatch(ifMatch)));
  }

  @Get(':id/history')
  @ResourceRoute({
    operationId: 'feedback_history',
    summary: 'List the changes of a feedback submission',
    description: 'Each change names its author and the values before and after.',
    path: { id: UUID },
    returns: HistorySchema,
  })
  async history(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
  ): Promise<ReturnType<typeof toHistoryResource>> {
    return toHistoryResource(await this.inbox.history(caller, id));
  }

  @Get(':id/screenshots/:n')
  @FileRoute({
    operationId: 'get_screenshot',
    summary: 'Get a screenshot',
    description:
      'Screenshots are converted to WebP. Returns 409 while the conversion is in progress. One that cannot be decoded is ' +
      'returned as it was sent, with `sent=true`.',
    ...SCREENSHOT,
    content: { 'image/webp': BINARY, 'application/octet-stream': BINARY },
  })
  @ProblemResponses(409)
  async screenshot(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Param('n') n: string,
    @Query() { sent }: ScreenshotQuery,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (sent) {
      const bytes = await this.inbox.sentScreenshot(caller, id, numberOf(n));
      await reply.headers(SENT_HEADERS).send(bytes);
    } else await show(reply, ifNoneMatch, await this.inbox.screenshot(caller, id, numberOf(n), 'picture'));
  }

  @Get(':id/screenshots/:n/thumbnail')
  @FileRoute({
    operationId: 'get_thumbnail',
    summary: 'Get the thumbnail of a screenshot',
    description: 'Screenshots are converted to WebP. Returns 409 while the conversion is in progress.',
    ...SCREENSHOT,
  })
  @ProblemResponses(409)
  async thumbnail(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Param('n') n: string,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await show(reply, ifNoneMatch, await this.inbox.screenshot(caller, id, numberOf(n), 'thumbnail'));
  }
}

function withEtag(reply: FastifyReply, item: InboxItem): FeedbackResource {
  void reply.header('etag', etagOf(item.version));
  return toFeedbackResource(item);
}

/** Sends a screenshot, or 304 if the client has it. */
async function show(
  reply: FastifyReply,
  ifNoneMatch: string | undefined,
  { read, tag }: { tag: string; read: () => Promise<Buffer> },
): Promise<void> {
  void reply.headers({ ...SCREENSHOT_HEADERS, etag: tag });
  if (matchesIfNoneMatch(tag, ifNoneMatch)) await reply.code(304).removeHeader('content-type').send();
  else await reply.send(await read());
}

function numberOf(n: string): number {
  if (!/^\d{1,2}$/.test(n)) throw new ValidationError([{ path: 'n', message: 'must be a whole number from 0 to 99' }]);
  return Number(n);
}
