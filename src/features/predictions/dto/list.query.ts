import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { asBoolean, asNumber, IsTime, PageQuery, TextParameter } from '#http';

export class ListPredictionsQuery extends PageQuery {
  @ApiPropertyOptional({
    description: 'Start of the range, inclusive, in ISO 8601.',
    example: '2026-11-01T00:00:00Z',
  })
  @IsOptional()
  @IsTime('to')
  from?: string;

  @ApiPropertyOptional({ description: 'End of the range, exclusive, in ISO 8601.' })
  @IsOptional()
  @IsTime()
  to?: string;

  @TextParameter(100, 'Only predictions of this model.')
  model?: string;

  @TextParameter(100, 'Only predictions of this model version.')
  model_version?: string;

  @TextParameter(64, 'Only predictions with this label.')
  label?: string;

  @ApiPropertyOptional({ minimum: 0, maximum: 1, description: 'Only predictions with at least this confidence.' })
  @IsOptional()
  @Transform(asNumber)
  @IsNumber()
  @Min(0)
  @Max(1)
  min_confidence?: number;

  @ApiPropertyOptional({ minimum: 0, maximum: 1, description: 'Only predictions with at most this confidence.' })
  @IsOptional()
  @Transform(asNumber)
  @IsNumber()
  @Min(0)
  @Max(1)
  max_confidence?: number;

  @TextParameter(128, 'Only records of this user.')
  user_id?: string;

  @TextParameter(128, 'Only records of this session.')
  session_id?: string;

  @TextParameter(128, 'Only predictions that were recorded under this `inference_id`.')
  inference_id?: string;

  @ApiPropertyOptional({ type: Boolean, description: 'Filter by whether the prediction came from the cache.' })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  cache_hit?: boolean;
}
