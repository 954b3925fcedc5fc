import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { apiSchema } from '../http/index.js';
import { Caller, FeedbackTokens, OpenableAs, type Principal, Scopes } from '../security/index.js';
import {
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
import { PredictService } from './predict.service.js';

@ApiTags('Predictions')
@Controller()
export class PredictController {
  constructor(
    private readonly service: PredictService,
    private readonly tokens: FeedbackTokens,
  ) {}

  @Post('api/v1/predict')
  @HttpCode(200)
  @Scopes('predict')
  @ApiOperation({ operationId: 'predict', summary: 'Predict one text and record it' })
  @ApiBody({ schema: apiSchema(PredictRequestSchema) })
  @ApiOkResponse({ schema: apiSchema(PredictionItemSchema) })
  predict(@Caller() caller: Principal, @Body() body: unknown): Promise<PredictionItem> {
    return this.one(caller, predictValidators.strict.parse(trimmed(body)));
  }

  @Post('api/v1/batch')
  @HttpCode(200)
  @Scopes('predict')
  @ApiOperation({ operationId: 'batch', summary: 'Predict up to 100 texts and record them in one transaction' })
  @ApiBody({ schema: apiSchema(BatchRequestSchema) })
  @ApiOkResponse({ schema: apiSchema(BatchResponseSchema) })
  batch(@Caller() caller: Principal, @Body() body: unknown): Promise<BatchResponse> {
    return this.many(caller, batchValidators.strict.parse(trimmed(body)).texts);
  }

  @Post('predict')
  @HttpCode(200)
  @Scopes('predict')
  @OpenableAs('predict')
  @ApiOperation({ operationId: 'predict_older_path', summary: 'Older path of POST /api/v1/predict', deprecated: true })
  @ApiBody({ schema: apiSchema(PredictRequestSchema) })
  @ApiOkResponse({ schema: apiSchema(PredictionItemSchema) })
  olderPredict(@Caller() caller: Principal, @Body() body: unknown): Promise<PredictionItem> {
    return this.one(caller, predictValidators.lenient.parse(trimmed(body)));
  }

  @Post('batch')
  @HttpCode(200)
  @Scopes('predict')
  @OpenableAs('batch')
  @ApiOperation({ operationId: 'batch_older_path', summary: 'Older path of POST /api/v1/batch', deprecated: true })
  @ApiBody({ schema: apiSchema(BatchRequestSchema) })
  @ApiOkResponse({ schema: apiSchema(BatchResponseSchema) })
  olderBatch(@Caller() caller: Principal, @Body() body: unknown): Promise<BatchResponse> {
    return this.many(caller, batchValidators.lenient.parse(trimmed(body)).texts);
  }

  private async one(caller: Principal, body: PredictRequest): Promise<PredictionItem> {
    const input = {
      text: body.text,
      userId: body.user_id,
      sessionId: body.session_id,
      inferenceId: body.inference_id,
      metadata: body.metadata,
    };
    const { items, persisted } = await this.service.predict(caller, [input], body.model ?? undefined);
    const [item] = items;
    if (!item) throw new Error('one text has one answer');
    return toItem(item, persisted, (id) => this.tokens.issue(caller, id));
  }

  private async many(caller: Principal, texts: string[]): Promise<BatchResponse> {
    const result = await this.service.predict(
      caller,
      texts.map((text) => ({ text })),
    );
    return toBatchResponse(result, (id) => this.tokens.issue(caller, id));
  }
}
