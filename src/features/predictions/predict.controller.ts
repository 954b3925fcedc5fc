import { Body, Controller, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { IdempotencyKey, RecordingService } from '#ingest';
import { Caller, FeedbackTokens, type Principal } from '#security';
import {
  type BatchResponse,
  batchValidator,
  type PredictionItem,
  predictValidator,
  trimTexts,
} from './dto/predict.schema.js';
import { BatchRoute, PredictRoute, PredictRoutes } from './predict-routes.js';
import { PredictService } from './predict.service.js';

@ApiTags('Predictions')
@Controller('api/v1')
export class PredictController extends PredictRoutes {
  constructor(service: PredictService, tokens: FeedbackTokens, recording: RecordingService) {
    super(service, tokens, recording);
  }

  @Post('predict')
  @PredictRoute({
    operationId: 'predict',
    summary: 'Predict a text and record the prediction',
    description: 'Returns the prediction even if it cannot be recorded; `persisted` shows where the record is durable.',
  })
  predict(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PredictionItem> {
    return this.predictOne(caller, reply, key, predictValidator.parse(trimTexts(body)));
  }

  @Post('batch')
  @BatchRoute({
    operationId: 'batch',
    summary: 'Predict up to 100 texts and record the predictions in one transaction',
    description: 'If a text is invalid, the whole batch is refused, and `errors` contains the index of the text.',
  })
  batch(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BatchResponse> {
    return this.predictMany(caller, reply, key, batchValidator.parse(trimTexts(body)));
  }
}
