import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { etagOf, type Page, isKnown, ValidationError, versionOf } from '#kernel';
import { apiSchema, StrictInput, UuidPipe } from '#http';
import { Caller, type Principal, Scopes, Unlimited } from '#security';
import { InboxQuery, SubmissionQuery, toFilter, toMoment } from '../dto/inbox.query.js';
import {
  FeedbackPageSchema,
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

const ID = { name: 'id', schema: { type: 'string', format: 'uuid' } } as const;
const N = { name: 'n', schema: { type: 'integer', minimum: 0, maximum: 99 } } as const;
const IF_MATCH = {
  name: 'If-Match',
  required: true,
  description: 'The ETag of the version that was seen, or `*`.',
  schema: { type: 'string' },
} as const;
const IF_NONE_MATCH = {
  name: 'If-None-Match',
  required: false,
  description: 'The ETag of the picture you have.',
  schema: { type: 'string' },
} as const;
const WEBP = { content: { 'image/webp': { schema: { type: 'string', format: 'binary' } } } };

/** Bytes that somebody sent: never shown as a page, whatever they are. */
const PICTURE_HEADERS = {
  'content-type': 'image/webp',
  'content-disposition': 'attachment; filename="screenshot.webp"',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'private, max-age=86400, immutable',
};

@ApiTags('Feedback')
@StrictInput()
@Unlimited()
@Scopes('admin')
@Controller('admin/api/feedback')
export class InboxController {
  constructor(private readonly inbox: InboxService) {}

  @Get()
  @ApiOperation({ operationId: 'list_feedback', summary: 'Submissions, newest first' })
  @ApiOkResponse({ schema: apiSchema(FeedbackPageSchema) })
  async list(@Caller() caller: Principal, @Query() query: InboxQuery): Promise<Page<FeedbackResource>> {
    const filter = { ...toFilter(query), quarantined: query.quarantined ?? false };
    const page = await this.inbox.list(caller, filter, query.limit, query.cursor);
    return { ...page, data: page.data.map(toFeedbackResource) };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'get_feedback', summary: 'One submission' })
  @ApiParam(ID)
  @ApiOkResponse({ schema: apiSchema(FeedbackSchema) })
  async get(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Query() query: SubmissionQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FeedbackResource> {
    const at = toMoment(query);
    // The past cannot be changed: no ETag.
    if (at !== undefined) return toFeedbackResource(await this.inbox.getAsOf(caller, id, at));
    return answer(reply, await this.inbox.get(caller, id, query.include_deleted));
  }

  @Patch(':id')
  @ApiOperation({
    operationId: 'triage_feedback',
    summary: 'Mark as read or archived, note, sort, let out of quarantine',
  })
  @ApiParam(ID)
  @ApiHeader(IF_MATCH)
  @ApiBody({ schema: apiSchema(TriageSchema) })
  @ApiOkResponse({ schema: apiSchema(FeedbackSchema) })
  async triage(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FeedbackResource> {
    const change = toTriage(triageValidator.parse(body));
    await this.inbox.get(caller, id);
    return answer(reply, await this.inbox.triage(caller, id, versionOf(ifMatch), change));
  }

  @Delete(':id')
  @ApiOperation({ operationId: 'delete_feedback', summary: 'Put out of sight; kept until retention' })
  @ApiParam(ID)
  @ApiHeader(IF_MATCH)
  @ApiOkResponse({ schema: apiSchema(FeedbackSchema) })
  async remove(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FeedbackResource> {
    await this.inbox.get(caller, id);
    return answer(reply, await this.inbox.remove(caller, id, versionOf(ifMatch)));
  }

  @Post(':id/restore')
  @HttpCode(200)
  @ApiOperation({ operationId: 'restore_feedback', summary: 'Bring a deleted one back' })
  @ApiParam(ID)
  @ApiHeader(IF_MATCH)
  @ApiOkResponse({ schema: apiSchema(FeedbackSchema) })
  async restore(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FeedbackResource> {
    await this.inbox.get(caller, id, true);
    return answer(reply, await this.inbox.restore(caller, id, versionOf(ifMatch)));
  }

  @Get(':id/history')
  @ApiOperation({ operationId: 'feedback_history', summary: 'Who changed what, and when' })
  @ApiParam(ID)
  @ApiOkResponse({ schema: apiSchema(HistorySchema) })
  async history(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
  ): Promise<ReturnType<typeof toHistoryResource>> {
    return toHistoryResource(await this.inbox.history(caller, id));
  }

  @Get(':id/screenshots/:n')
  @ApiOperation({ operationId: 'get_screenshot', summary: 'A picture, as WebP' })
  @ApiParam(ID)
  @ApiParam(N)
  @ApiHeader(IF_NONE_MATCH)
  @ApiProduces('image/webp')
  @ApiOkResponse(WEBP)
  @ApiResponse({ status: 304, description: 'It is the one you have.' })
  async screenshot(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Param('n') n: string,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await show(reply, ifNoneMatch, await this.inbox.picture(caller, id, numberOf(n), 'picture'));
  }

  @Get(':id/screenshots/:n/thumbnail')
  @ApiOperation({ operationId: 'get_thumbnail', summary: 'A small picture, as WebP' })
  @ApiParam(ID)
  @ApiParam(N)
  @ApiHeader(IF_NONE_MATCH)
  @ApiProduces('image/webp')
  @ApiOkResponse(WEBP)
  @ApiResponse({ status: 304, description: 'It is the one you have.' })
  async thumbnail(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Param('n') n: string,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await show(reply, ifNoneMatch, await this.inbox.picture(caller, id, numberOf(n), 'thumbnail'));
  }
}

function answer(reply: FastifyReply, item: InboxItem): FeedbackResource {
  void reply.header('etag', etagOf(item.version));
  return toFeedbackResource(item);
}

/** Sends a picture, unless its reader has it. */
async function show(
  reply: FastifyReply,
  ifNoneMatch: string | undefined,
  { read, tag }: { tag: string; read: () => Promise<Buffer> },
): Promise<void> {
  void reply.headers({ ...PICTURE_HEADERS, etag: tag });
  if (isKnown(tag, ifNoneMatch)) await reply.code(304).removeHeader('content-type').send();
  else await reply.send(await read());
}

function numberOf(n: string): number {
  if (!/^\d{1,2}$/.test(n)) throw new ValidationError([{ path: 'n', message: 'must be a whole number from 0 to 99' }]);
  return Number(n);
}
