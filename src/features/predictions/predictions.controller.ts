import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { camelCased, formatTime, type Page, parseRange } from '#kernel';
import { PagedListRoute, ResourceRoute, StrictInput, UUID, UuidPipe } from '#http';
import {
  IdempotencyKey,
  IdempotentRoute,
  NdjsonRecordRoute,
  type NdjsonSink,
  type RecordedAnswer,
  RecordingService,
  recordJsonOrNdjson,
} from '#ingest';
import { Caller, FeedbackTokens, type Principal, Scopes } from '#security';
import { type PredictionDetail, PredictionDetailSchema, toDetailResource } from './dto/prediction-detail.schema.js';
import { ListPredictionsQuery } from './dto/list.query.js';
import { LogPredictionsQuery } from './dto/log.query.js';
import {
  type Logged,
  LoggedSchema,
  LogRequestSchema,
  logValidator,
  type PredictionResource,
  PredictionSchema,
  toResource,
  warningsOf,
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
    private readonly recording: RecordingService,
  ) {}

  @Post()
  @Scopes('ingest')
  @IdempotentRoute()
  @NdjsonRecordRoute({
    operationId: 'log_predictions',
    summary: 'Log predictions made elsewhere',
    description: 'The body is one prediction as JSON, or any number of them as NDJSON.',
    body: LogRequestSchema,
    line: LogRequestSchema,
    returns: LoggedSchema,
  })
  async create(
    @Caller() caller: Principal,
    @Query() query: LogPredictionsQuery,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await recordJsonOrNdjson({ body, request, reply }, this.sink(caller, query.return), () =>
      this.createOne(caller, body, key),
    );
  }

  @Get()
  @Scopes('read')
  @PagedListRoute({
    operationId: 'list_predictions',
    summary: 'List predictions, newest first',
    description: 'Input texts are included only with scope `read:text`.',
    of: PredictionSchema,
  })
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
      inferenceId: query.inference_id,
      cacheHit: query.cache_hit,
    };
    const page = await this.predictions.list(caller, filter, query.limit, query.cursor);
    const withText = caller.scopes.has('read:text');
    return { data: page.data.map((prediction) => toResource(prediction, withText)), next_cursor: page.next_cursor };
  }

  @Get(':id')
  @Scopes('read')
  @ResourceRoute({
    operationId: 'get_prediction',
    summary: 'Get a prediction with its votes and labels',
    description: 'The input text is included only with scope `read:text`.',
    path: { id: UUID },
    returns: PredictionDetailSchema,
  })
  async get(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<PredictionDetail> {
    const { prediction, votesAndLabels } = await this.predictions.getWithVotesAndLabels(caller, id);
    return toDetailResource(prediction, votesAndLabels, caller.scopes.has('read:text'));
  }

  private sink(caller: Principal, returned: LogPredictionsQuery['return']): NdjsonSink<Prediction> {
    return {
      ...(returned === 'ids' && {
        accepted: ({ id }: Prediction) => ({ id, feedback_token: this.tokens.issue(caller, id) }),
      }),
      read: (value) => {
        const input = camelCased(logValidator.parse(value));
        const record = this.log.toPrediction(input);
        return { id: record.id, chosenId: input.id != null, record, hasWarning: warningsOf(record).length > 0 };
      },
      record: (records, { chosenIds }) => this.recording.record(caller, this.log.plan(caller, records, chosenIds)),
      room: () => this.recording.room(),
    };
  }

  private createOne(caller: Principal, body: unknown, key: string | undefined): Promise<RecordedAnswer<Logged>> {
    const input = camelCased(logValidator.parse(body));
    const prediction = this.log.toPrediction(input);
    return this.recording.run(
      caller,
      { key, operation: 'log', body },
      () => this.log.plan(caller, [prediction], input.id != null),
      (persisted) => ({
        id: prediction.id,
        timestamp: formatTime(prediction.timestamp),
        persisted,
        feedback_token: this.tokens.issue(caller, prediction.id),
        warnings: warningsOf(prediction),
      }),
    );
  }
}
