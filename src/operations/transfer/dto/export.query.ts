import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, Length } from 'class-validator';
import { asBoolean, IsTime } from '#http';
import { EXPORT_FORMATS, type ExportFormat } from '#tabular';

export class RecordsExportQuery {
  @ApiPropertyOptional({ enum: EXPORT_FORMATS, default: 'csv', description: 'Format of the file.' })
  @IsIn(EXPORT_FORMATS)
  format: ExportFormat = 'csv';

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
}

export class PredictionsExportQuery extends RecordsExportQuery {
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
}

export class VotesExportQuery extends RecordsExportQuery {
  @ApiPropertyOptional({ type: Boolean, description: 'Only votes that call the prediction correct, or wrong.' })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  correct?: boolean;

  @ApiPropertyOptional({ description: 'Only votes with this label.' })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  label?: string;
}

export class LabelsExportQuery extends RecordsExportQuery {
  @ApiPropertyOptional({ description: 'Only labels with this value.' })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  label?: string;
}
