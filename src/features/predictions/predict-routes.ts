import { applyDecorators, HttpCode } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { camelCased } from '#kernel';
import { ResourceRoute, type RouteDescription, withoutNames } from '#http';
import { IdempotentRoute, type RecordingService, respond } from '#ingest';
import { type FeedbackTokens, type Principal, Scopes } from '#security';
import { toBatchResponse, toItem } from './dto/predict.mapping.js';
import {
  type BatchRequest,
  BatchRequestSchema,
  type BatchResponse,
  BatchResponseSchema,
  type PredictionItem,
  PredictionItemSchema,
  type PredictRequest,
  PredictRequestSchema,
} from './dto/predict.schema.js';
import type { Predicted, PredictService } from './predict.service.js';

/** Compiled serializers of the two most frequent responses. They omit fields that the schema does not declare. */
const PREDICTION_RESPONSE = { response: { 200: withoutNames(PredictionItemSchema) } };
const BATCH_RESPONSE = { response: { 200: withoutNames(BatchResponseSchema) } };

/** Declares a route that predicts one text and records the prediction. */
export const PredictRoute = (route: RouteDescription): MethodDecorator =>
  applyDecorators(
    RouteSchema(PREDICTION_RESPONSE),
    HttpCode(200),
    Scopes('predict'),
    IdempotentRoute(),
    ResourceRoute({ ...route, body: PredictRequestSchema, returns: PredictionItemSchema }),
  );

/** Declares a route that predicts up to 100 texts and records the predictions. */
export const BatchRoute = (route: RouteDescription): MethodDecorator =>
  applyDecorators(
    RouteSchema(BATCH_RESPONSE),
    HttpCode(200),
    Scopes('predict'),
    IdempotentRoute(),
    ResourceRoute({ ...route, body: BatchRequestSchema, returns: BatchResponseSchema }),
  );

/** Handles validated bodies for the prediction routes, at their current and legacy paths. */
export abstract class PredictRoutes {
  constructor(
    private readonly service: PredictService,
    private readonly tokens: FeedbackTokens,
    private readonly recording: RecordingService,
  ) {}

  protected async predictOne(
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

  protected async predictMany(
    caller: Principal,
    reply: FastifyReply,
    key: string | undefined,
    body: BatchRequest,
  ): Promise<BatchResponse> {
    const inputs = body.texts.map((text) => ({ text }));
    const answer = await this.recording.run(
      caller,
      { key, operation: 'batch', body },
      () => this.service.plan(caller, inputs),
      (result) => toBatchResponse(result, (id) => this.tokens.issue(caller, id)),
    );
    return respond(reply, answer);
  }
}
