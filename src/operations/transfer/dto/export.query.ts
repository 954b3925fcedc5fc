import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsTime } from '#http';
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
