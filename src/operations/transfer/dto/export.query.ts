import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { asBoolean, IsTime, TextParameter } from '#http';
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
  @TextParameter(100, 'Only predictions of this model.')
  model?: string;

  @TextParameter(100, 'Only predictions of this model version.')
  model_version?: string;

  @TextParameter(64, 'Only predictions with this label.')
  label?: string;

  @TextParameter(128, 'Only records of this user.')
  user_id?: string;

  @TextParameter(128, 'Only records of this session.')
  session_id?: string;

  @TextParameter(128, 'Only predictions that were recorded under this `inference_id`.')
  inference_id?: string;
}

export class VotesExportQuery extends RecordsExportQuery {
  @ApiPropertyOptional({ type: Boolean, description: 'Only votes that call the prediction correct, or wrong.' })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  correct?: boolean;

  @TextParameter(64, 'Only votes with this label.')
  label?: string;
}

export class LabelsExportQuery extends RecordsExportQuery {
  @TextParameter(64, 'Only labels with this value.')
  label?: string;
}
