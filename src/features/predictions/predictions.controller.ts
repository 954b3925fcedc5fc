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
  ApiTags,
} from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { camelCased, formatTime, type Page, parseRange } from '#kernel';
import { apiSchema, StrictInput, UuidPipe } from '#http';
import {
  answerOnce,
  type ClaimMaker,
  type Durability,
  IdempotencyKey,
  IdempotencyService,
  type NdjsonSink,
  NdjsonSummarySchema,
  recordNdjson,
  replyNdjson,
} from '#ingest';
import { Caller, FeedbackTokens, type Principal, Scopes } from '#security';
import { ListPredictionsQuery } from './dto/list.query.js';
import { type Logged, LoggedSchema, LogRequestSchema, logValidator } from './dto/log.schema.js';
import {
  type JudgedPrediction,
  JudgedPredictionSchema,
  PredictionPageSchema,
  type PredictionResource,
  toJudgedResource,
  toResource,
} from './dto/prediction.schema.js';
import type { Prediction } from './prediction.table.js';
import { PredictionLogService } from './prediction-log.service.js';
import { PredictionsService } from './predictions.service.js';

@ApiTags('Predictions')
@StrictInput()
@Controller('api/v1/predictions')
export class PredictionsController {
  constructor(
    private readonly log: PredictionLogService,
    private readonly predictions: PredictionsService,
    private readonly tokens: FeedbackTokens,
    private readonly idempotency: IdempotencyService,
  ) {}

  @Post()
  @RouteConfig({ ndjson: true })
  @Scopes('ingest')
  @ApiOperation({
    operationId: 'log_predictions',
    summary: 'Log predictions made elsewhere',
    description:
      'One JSON object, or NDJSON of any length. NDJSON is answered with 200 and NDJSON: one line for each refused item ' +
      '(`line` and its problem), and a last line with the counts.',
  })
  @ApiConsumes('application/json', 'application/x-ndjson')
  @ApiBody({ schema: apiSchema(LogRequestSchema) })
  @ApiCreatedResponse({ schema: apiSchema(LoggedSchema), description: 'One prediction, stored in the database.' })
  @ApiAcceptedResponse({
    schema: apiSchema(LoggedSchema),
    description: 'One prediction, on disk in the spool: visible after the replay.',
  })
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
    if (!(body instanceof Readable)) {
      await reply.send(await this.createOne(caller, body, key, reply));
      return;
    }
    await replyNdjson(reply, recordNdjson(this.sink(caller), body, request.correlation?.correlationId ?? ''));
  }

  @Get()
  @Scopes('read')
  @ApiOperation({ operationId: 'list_predictions', summary: 'List predictions, newest first' })
  @ApiOkResponse({ schema: apiSchema(PredictionPageSchema) })
  async list(@Caller() caller: Principal, @Query() query: ListPredictionsQuery): Promise<Page<PredictionResource>> {
    const filter = {
      ...parseRange(query.from, query.to),
      model: query.model,
      modelVersion: query.model_version,
      label: query.label,
      minConfidence: query.min_confidence,
      maxConfidence: query.max_confidence,
      userId: query.user_id,
      sessionId: query.session_id,
      cacheHit: query.cache_hit,
    };
    const page = await this.predictions.list(caller, filter, query.limit, query.cursor);
    const withText = caller.scopes.has('read:text');
    return { data: page.data.map((prediction) => toResource(prediction, withText)), next_cursor: page.next_cursor };
  }

  @Get(':id')
  @Scopes('read')
  @ApiOperation({ operationId: 'get_prediction', summary: 'One prediction, and what was said about it' })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({ schema: apiSchema(JudgedPredictionSchema) })
  async get(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<JudgedPrediction> {
    const { prediction, verdicts } = await this.predictions.getWithVerdicts(caller, id);
    return toJudgedResource(prediction, verdicts, caller.scopes.has('read:text'));
  }

  private sink(caller: Principal): NdjsonSink<Prediction> {
    return {
      read: (value) => {
        const input = camelCased(logValidator.parse(value));
        const record = this.log.toPrediction(input);
        return { id: record.id, chosenId: input.id != null, record };
      },
      record: (records, options) => this.log.record(caller, records, options),
      room: () => this.log.room(),
    };
  }

  private async createOne(
    caller: Principal,
    body: unknown,
    key: string | undefined,
    reply: FastifyReply,
  ): Promise<Logged> {
    const prediction = this.log.toPrediction(camelCased(logValidator.parse(body)));
    const chosenIds = (body as { id?: unknown }).id != null;
    const answerOf = (persisted: Durability): { status: number; body: Logged } => ({
      status: persisted === 'database' ? 201 : 202,
      body: {
        id: prediction.id,
        timestamp: formatTime(prediction.timestamp),
        persisted,
        feedback_token: this.tokens.issue(caller, prediction.id),
      },
    });
    const record = async (claim?: ClaimMaker): Promise<{ status: number; body: Logged }> =>
      answerOf(await this.log.record(caller, [prediction], { chosenIds, claim: claim?.([prediction.id], answerOf) }));
    if (key !== undefined)
      return answerOnce(this.idempotency, reply, { tenant: caller, key, operation: 'log', body }, record);
    const answer = await record();
    void reply.status(answer.status);
    return answer.body;
  }
}
