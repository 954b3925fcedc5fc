import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Page } from '#kernel';
import { LenientInput, PagedListRoute, ResourceRoute, UUID, UuidPipe } from '#http';
import {
  IdempotencyKey,
  IdempotentRoute,
  NdjsonRecordRoute,
  type NdjsonSink,
  type RecordedAnswer,
  RecordingService,
  recordJsonOrNdjson,
} from '#ingest';
import { Caller, type Principal, Scopes } from '#security';
import { ExportRoute, sendExport } from '#tabular';
import { EventsExportQuery, EventsFilterQuery, EventsQuery, toEventFilter } from './dto/metric-event.query.js';
import * as dto from './dto/metric-event.schema.js';
import { EVENT_COLUMNS } from './metric-event-export.js';
import { MetricEventsService, type NewEvent } from './metric-events.service.js';

const FILTERS = ['from', 'to', 'type', 'user_id', 'org_id', 'external_id'];
/** Declares parameters with any name that starts with `data.`, in the only form that OpenAPI offers. */
const DataFilters = (): MethodDecorator =>
  ApiQuery({
    name: 'data_filters',
    required: false,
    description:
      'Up to five parameters `data.<path>=<value>`, such as `data.user.plan=pro`. Only events whose `data` has the value at the path are included.',
    style: 'form',
    explode: true,
    schema: {
      type: 'object',
      propertyNames: { pattern: '^data\\.' },
      additionalProperties: { type: 'string', maxLength: 1000 },
      maxProperties: 5,
      // Swagger UI sends the example unless the reader changes it.
      example: {},
    } as object,
  });

/**
 * Records and reads custom metric events. `toEventFilter` checks query parameters, because names that start with
 * `data.` are not declared.
 */
@ApiTags('Metric events')
@LenientInput()
@Controller('api/v1/metrics')
export class MetricEventsController {
  constructor(
    private readonly events: MetricEventsService,
    private readonly recording: RecordingService,
  ) {}

  @Post()
  @Scopes('ingest')
  @IdempotentRoute()
  @NdjsonRecordRoute({
    operationId: 'create_metric_events',
    summary: 'Record metric events',
    description: 'The body is one event or a list as JSON, or any number of events as NDJSON.',
    body: dto.EventsRequestSchema,
    line: dto.EventRequestSchema,
    returns: dto.StoredSchema,
  })
  async create(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await recordJsonOrNdjson({ body, request, reply, takesList: true }, this.sink(caller), () =>
      this.createAll(caller, body, key),
    );
  }

  @Get()
  @Scopes('read')
  @PagedListRoute({
    operationId: 'list_metric_events',
    summary: 'List metric events, newest first',
    description:
      'Sensitive fields are included only with scope `read:text`; `withheld` contains the paths of omitted fields.',
    of: dto.EventSchema,
  })
  @DataFilters()
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
  @ResourceRoute({
    operationId: 'metric_event_types',
    summary: 'List the types of metric events',
    description: 'Each type has its number of events and the times of the first and last one.',
    returns: dto.TypesSchema,
  })
  @DataFilters()
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
  @ResourceRoute({
    operationId: 'metric_event_stats',
    summary: 'Count metric events, their types and their users',
    description: 'Each user and each organisation is counted once.',
    returns: dto.FiguresSchema,
  })
  @DataFilters()
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
  @ExportRoute({
    operationId: 'export_metric_events',
    summary: 'Export metric events, oldest first',
    description: 'Accepts the same filters as the list.',
  })
  @DataFilters()
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
  @ResourceRoute({
    operationId: 'get_metric_event',
    summary: 'Get a metric event',
    description:
      'Sensitive fields are included only with scope `read:text`; `withheld` contains the paths of omitted fields.',
    path: { id: UUID },
    returns: dto.EventSchema,
  })
  async get(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<dto.EventResource> {
    return dto.toEventResource(await this.events.get(caller, id, mayReadTexts(caller)));
  }

  private createAll(caller: Principal, body: unknown, key: string | undefined): Promise<RecordedAnswer<dto.Stored>> {
    const isList = Array.isArray(body);
    const events = dto.toEvents(body, caller).map((input, i) => this.events.toNew(input, isList ? String(i) : ''));
    return this.recording.run(
      caller,
      { key, operation: 'metrics', body },
      () => this.events.plan(caller, events),
      (persisted) => ({ success: true, stored: events.length, persisted }),
    );
  }

  private sink(caller: Principal): NdjsonSink<NewEvent> {
    return {
      read: (value) => {
        const record = this.events.toNew(dto.toEvent(value, ''));
        return { id: record.id, chosenId: false, record };
      },
      record: (records) => this.recording.record(caller, this.events.plan(caller, records)),
      room: () => this.recording.room(),
    };
  }
}

function mayReadTexts(caller: Principal): boolean {
  return caller.scopes.has('read:text');
}
