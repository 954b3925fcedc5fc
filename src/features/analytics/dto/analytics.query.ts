import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Max, MaxLength, Min } from 'class-validator';
import { asInteger } from '#http';

export class AnalyticsQuery {
  @ApiPropertyOptional({ description: 'ISO 8601; predictions at or after it.', example: '2026-11-01T00:00:00Z' })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  from?: string;

  @ApiPropertyOptional({ description: 'ISO 8601; predictions before it.' })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  to?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @Length(1, 100)
  model?: string;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @Length(1, 100)
  model_version?: string;
}

export class RecentQuery extends AnalyticsQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 1000, default: 100, type: 'integer' })
  @Transform(asInteger)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit: number = 100;
}

export class TimeseriesQuery extends AnalyticsQuery {
  @ApiPropertyOptional({ enum: ['hour', 'day'], default: 'hour' })
  @IsIn(['hour', 'day'])
  bucket: 'hour' | 'day' = 'hour';
}
