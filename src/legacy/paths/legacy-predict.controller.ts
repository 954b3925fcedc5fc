import { Body, Controller, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LegacyPath } from '#http';
import { IdempotencyKey, RecordingService } from '#ingest';
import {
  BatchRoute,
  type BatchResponse,
  type PredictionItem,
  PredictRoute,
  PredictRoutes,
  PredictService,
  trimTexts,
} from '#predictions';
import { Caller, FeedbackTokens, OpenableAs, type Principal } from '#security';
import { lenientBatch, lenientPredict } from '../bodies/lenient-bodies.js';

@LegacyPath()
@Controller()
export class LegacyPredictController extends PredictRoutes {
  constructor(service: PredictService, tokens: FeedbackTokens, recording: RecordingService) {
    super(service, tokens, recording);
  }

  @Post('predict')
  @OpenableAs('predict')
  @PredictRoute({
    operationId: 'predict_older_path',
    summary: 'Predict a text (legacy path)',
    description: 'Behaves like POST /api/v1/predict, but ignores unknown fields.',
  })
  predict(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PredictionItem> {
    return this.predictOne(caller, reply, key, lenientPredict.parse(trimTexts(body)));
  }

  @Post('batch')
  @OpenableAs('batch')
  @BatchRoute({
    operationId: 'batch_older_path',
    summary: 'Predict up to 100 texts (legacy path)',
    description: 'Behaves like POST /api/v1/batch, but ignores unknown fields.',
  })
  batch(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BatchResponse> {
    return this.predictMany(caller, reply, key, lenientBatch.parse(trimTexts(body)));
  }
}
