import { Readable } from 'node:stream';
import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Page } from '#kernel';
import { apiSchema, LenientInput, UuidPipe } from '#http';
import {
  answerOnce,
  type Claim,
  type ClaimMaker,
  type Durability,
  IdempotencyKey,
  IdempotencyService,
  type NdjsonSink,
  NdjsonSummarySchema,
  recordNdjson,
  replyNdjson,
} from '#ingest';
import { GrowthService } from '#persistence';
import { Caller, type Principal, Scopes } from '#security';
import { sendExport } from '#tabular';
import { EventsExportQuery, EventsFilterQuery, EventsQuery, toEventFilter } from './dto/metric-event.query.js';
import * as dto from './dto/metric-event.schema.js';
import { EVENT_COLUMNS } from './metric-event-export.js';
import { MetricEventsService, type NewEvent } from './metric-events.service.js';

const FILTERS = ['from', 'to', 'type', 'user_id', 'org_id', 'external_id'];
const DATA_FILTER =
  'Besides the parameters below, `data.<path>=<value>` asks for events whose `data` has that value at that path, such as `data.user.plan=pro`.';

/** Custom metric events. Its lists take parameters of any name that begins with `data.`; the others are checked by `toEventFilter`. */
@ApiTags('Metric events')
@LenientInput()
@Controller('api/v1/metrics')
export class MetricEventsController {
  constructor(
    private readonly events: MetricEventsService,
    private readonly idempotency: IdempotencyService,
    private readonly growth: GrowthService,
  ) {}

  @Post()
  @RouteConfig({ ndjson: true })
  @Scopes('ingest')
  @ApiOperation({
    operationId: 'create_metric_events',
    summary: 'Record metric events',
    description:
      'One event, a list, the older body (lists by type), or NDJSON of any length. An event with an `external_id` that is there already ' +
      'changes it; its time stays.',
  })
  @ApiConsumes('application/json', 'application/x-ndjson')
  @ApiBody({ schema: apiSchema(dto.EventsRequestSchema) })
  @ApiCreatedResponse({ schema: apiSchema(dto.StoredSchema) })
  @ApiAcceptedResponse({ schema: apiSchema(dto.StoredSchema), description: 'In the spool: visible after the replay.' })
  @ApiOkResponse({
    content: { 'application/x-ndjson': { schema: apiSchema(NdjsonSummarySchema) } },
    description: 'NDJSON: refused lines, then the counts.',
  })
  async create(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (body instanceof Readable)
      await replyNdjson(reply, recordNdjson(this.sink(caller), body, request.correlation?.correlationId ?? ''));
    else await reply.send(await this.createAll(caller, body, key, reply));
  }

  @Get()
  @Scopes('read')
  @ApiOperation({
    operationId: 'list_metric_events',
    summary: 'List metric events, newest first',
    description: DATA_FILTER,
  })
  @ApiOkResponse({ schema: apiSchema(dto.EventPageSchema) })
  async list(
    @Caller() caller: Principal,
    @Query() query: EventsQuery,
    @Req() request: FastifyRequest,
  ): Promise<Page<dto.EventResource>> {
    const filter = toEventFilter(query, request.query as object as Record<string, unknown>, [
      ...FILTERS,
      'limit',
      'cursor',
    ]);
    const { cursor, limit } = query;
    const page = await this.events.list(caller, filter, { limit, cursor, withTexts: mayReadTexts(caller) });
    return { data: page.data.map(dto.toEventResource), next_cursor: page.next_cursor };
  }

  @Get('types')
  @Scopes('read')
  @ApiOperation({
    operationId: 'metric_event_types',
    summary: 'Which types there are, and how often',
    description: DATA_FILTER,
  })
  @ApiOkResponse({ schema: apiSchema(dto.TypesSchema) })
  async types(
    @Caller() caller: Principal,
    @Query() query: EventsFilterQuery,
    @Req() request: FastifyRequest,
  ): Promise<ReturnType<typeof dto.toTypesResource>> {
    const filter = toEventFilter(query, request.query as object as Record<string, unknown>, FILTERS);
    return dto.toTypesResource(await this.events.types(caller, filter));
  }

  @Get('stats')
  @Scopes('read')
  @ApiOperation({
    operationId: 'metric_event_stats',
    summary: 'How many there are, of whom, and since when',
    description: DATA_FILTER,
  })
  @ApiOkResponse({ schema: apiSchema(dto.FiguresSchema) })
  async stats(
    @Caller() caller: Principal,
    @Query() query: EventsFilterQuery,
    @Req() request: FastifyRequest,
  ): Promise<ReturnType<typeof dto.toFiguresResource>> {
    const filter = toEventFilter(query, request.query as object as Record<string, unknown>, FILTERS);
    return dto.toFiguresResource(await this.events.figures(caller, filter));
  }

  @Get('export')
  @Scopes('read')
  @ApiOperation({
    operationId: 'export_metric_events',
    summary: 'All metric events as CSV, JSON lines or Parquet, oldest first',
    description: DATA_FILTER,
  })
  @ApiProduces('text/csv', 'application/x-ndjson', 'application/vnd.apache.parquet')
  @ApiOkResponse({ content: { 'text/csv': { schema: { type: 'string' } } } })
  async export(
    @Caller() caller: Principal,
    @Query() query: EventsExportQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const filter = toEventFilter(query, request.query as object as Record<string, unknown>, [...FILTERS, 'format']);
    const pages = this.events.pages(caller, filter, mayReadTexts(caller));
    await sendExport(reply, { name: 'metric-events', format: query.format, columns: EVENT_COLUMNS, pages });
  }

  @Get(':id')
  @Scopes('read')
  @ApiOperation({ operationId: 'get_metric_event', summary: 'One metric event' })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({ schema: apiSchema(dto.EventSchema) })
  async get(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<dto.EventResource> {
    return dto.toEventResource(await this.events.get(caller, id, mayReadTexts(caller)));
  }

  private async createAll(
    caller: Principal,
    body: unknown,
    key: string | undefined,
    reply: FastifyReply,
  ): Promise<dto.Stored> {
    const inputs = dto.toEvents(body, caller);
    const isList = Array.isArray(body);
    const events = inputs.map((input, i) => this.events.toNew(input, isList ? String(i) : ''));
    const answerOf = (persisted: Durability): { status: number; body: dto.Stored } => ({
      status: persisted === 'database' ? 201 : 202,
      body: { success: true, stored: events.length, persisted },
    });
    const ids = events.map(({ id }) => id);
    const record = async (claim?: ClaimMaker): Promise<{ status: number; body: dto.Stored }> =>
      answerOf(await this.record(caller, events, claim?.(ids, answerOf)));
    if (key !== undefined)
      return answerOnce(this.idempotency, reply, { tenant: caller, key, operation: 'metrics', body }, record);
    const answer = await record();
    void reply.status(answer.status);
    return answer.body;
  }

  private async record(caller: Principal, events: readonly NewEvent[], claim?: Claim): Promise<Durability> {
    const persisted = await this.events.record(caller, events, claim);
    this.growth.noteAdded('metric_events', events.length);
    return persisted;
  }

  private sink(caller: Principal): NdjsonSink<NewEvent> {
    return {
      read: (value) => {
        const record = this.events.toNew(dto.toEvent(value, ''));
        return { id: record.id, chosenId: false, record };
      },
      record: (records) => this.record(caller, records),
      room: () => this.events.room(),
    };
  }
}

function mayReadTexts(caller: Principal): boolean {
  return caller.scopes.has('read:text');
}
