import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RouteSchema } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { camelCased } from '#kernel';
import { LegacyPath, ResourceRoute, withoutNames } from '#http';
import { IdempotencyKey, IdempotentRoute, RecordingService, respond } from '#ingest';
import { Caller, FeedbackTokens, OpenableAs, type Principal, Scopes } from '#security';
import {
  type BatchRequest,
  type BatchResponse,
  BatchRequestSchema,
  BatchResponseSchema,
  batchValidators,
  type PredictionItem,
  PredictionItemSchema,
  type PredictRequest,
  PredictRequestSchema,
  predictValidators,
  trimmed,
} from './dto/predict.schema.js';
import { toBatchResponse, toItem } from './dto/predict.mapping.js';
import { type Predicted, PredictService } from './predict.service.js';

/** Compiled serializers of the two busiest responses: a field that is not declared is not sent. */
const PREDICTION_ANSWER = { response: { 200: withoutNames(PredictionItemSchema) } };
const BATCH_ANSWER = { response: { 200: withoutNames(BatchResponseSchema) } };
const PREDICT = { body: PredictRequestSchema, returns: PredictionItemSchema };
const BATCH = { body: BatchRequestSchema, returns: BatchResponseSchema };

@ApiTags('Predictions')
@Controller()
export class PredictController {
  constructor(
    private readonly service: PredictService,
    private readonly tokens: FeedbackTokens,
    private readonly recording: RecordingService,
  ) {}

  @Post('api/v1/predict')
  @RouteSchema(PREDICTION_ANSWER)
  @HttpCode(200)
  @Scopes('predict')
  @IdempotentRoute()
  @ResourceRoute({
    operationId: 'predict',
    summary: 'Predict a text and record the prediction',
    description: 'The prediction is returned even when it cannot be recorded; `persisted` names where the record is.',
    ...PREDICT,
  })
  predict(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PredictionItem> {
    return this.one(caller, reply, key, predictValidators.strict.parse(trimmed(body)));
  }

  @Post('api/v1/batch')
  @RouteSchema(BATCH_ANSWER)
  @HttpCode(200)
  @Scopes('predict')
  @IdempotentRoute()
  @ResourceRoute({
    operationId: 'batch',
    summary: 'Predict up to 100 texts and record the predictions in one transaction',
    description: 'One invalid text refuses the whole batch; `errors` names it by its index.',
    ...BATCH,
  })
  batch(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BatchResponse> {
    return this.many(caller, reply, key, batchValidators.strict.parse(trimmed(body)));
  }

  @Post('predict')
  @RouteSchema(PREDICTION_ANSWER)
  @HttpCode(200)
  @Scopes('predict')
  @OpenableAs('predict')
  @LegacyPath()
  @IdempotentRoute()
  @ResourceRoute({
    operationId: 'predict_older_path',
    summary: 'Predict a text (legacy path)',
    description: 'Behaves like POST /api/v1/predict, but ignores unknown fields.',
    ...PREDICT,
  })
  olderPredict(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PredictionItem> {
    return this.one(caller, reply, key, predictValidators.lenient.parse(trimmed(body)));
  }

  @Post('batch')
  @RouteSchema(BATCH_ANSWER)
  @HttpCode(200)
  @Scopes('predict')
  @OpenableAs('batch')
  @LegacyPath()
  @IdempotentRoute()
  @ResourceRoute({
    operationId: 'batch_older_path',
    summary: 'Predict up to 100 texts (legacy path)',
    description: 'Behaves like POST /api/v1/batch, but ignores unknown fields.',
    ...BATCH,
  })
  olderBatch(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BatchResponse> {
    return this.many(caller, reply, key, batchValidators.lenient.parse(trimmed(body)));
  }

  private async one(
    caller: Principal,
    reply: FastifyReply,
    key: string | undefined,
    body: PredictRequest,
  ): Promise<PredictionItem> {
    const { model, ...input } = camelCased(body);
    const answer = await this.recording.run(
      caller,
      { key, operation: 'predict', body },
      () => this.service.plan(caller, [input], model ?? undefined),
      ({ items, persisted }) => toItem(items[0] as Predicted, persisted, (id) => this.tokens.issue(caller, id)),
    );
    return respond(reply, answer);
  }

  private async many(
    caller: Principal,
    reply: FastifyReply,
    key: string | undefined,
    body: BatchRequest,
  ): Promise<BatchResponse> {
    const answer = await this.recording.run(
      caller,
      { key, operation: 'batch', body },
      () =>
        this.service.plan(
          caller,
          body.texts.map((text) => ({ text })),
        ),
      (result) => toBatchResponse(result, (id) => this.tokens.issue(caller, id)),
    );
    return respond(reply, answer);
  }
}
