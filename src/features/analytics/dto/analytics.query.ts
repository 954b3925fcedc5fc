import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { asInteger, IsTime, TextParameter } from '#http';

export class AnalyticsQuery {
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
}

export class RecentQuery extends AnalyticsQuery {
  @ApiPropertyOptional({
    minimum: 1,
    maximum: 1000,
    default: 100,
    type: 'integer',
    description: 'Maximum number of items.',
  })
  @Transform(asInteger)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit: number = 100;
}

export class TimeseriesQuery extends AnalyticsQuery {
  @ApiPropertyOptional({ enum: ['hour', 'day'], default: 'hour', description: 'Length of a bucket.' })
  @IsIn(['hour', 'day'])
  bucket: 'hour' | 'day' = 'hour';
}
