import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsNumber, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { asBoolean, asNumber, IsTime, PageQuery } from '#http';

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

  @ApiPropertyOptional({ description: 'Only predictions of this model.' })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  model?: string;

  @ApiPropertyOptional({ description: 'Only predictions of this model version.' })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  model_version?: string;

  @ApiPropertyOptional({ description: 'Only predictions with this label.' })
  @IsOptional()
  @IsString()
  @Length(1, 64)
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

  @ApiPropertyOptional({ description: 'Only records of this user.' })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  user_id?: string;

  @ApiPropertyOptional({ description: 'Only records of this session.' })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  session_id?: string;

  @ApiPropertyOptional({ description: 'Only predictions that were recorded under this `inference_id`.' })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  inference_id?: string;

  @ApiPropertyOptional({ type: Boolean, description: 'Filter by whether the prediction came from the cache.' })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  cache_hit?: boolean;
}
