import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
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
  @IsString()
  @MaxLength(40)
  from?: string;

  @ApiPropertyOptional({ description: 'End of the range, exclusive, in ISO 8601.' })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  to?: string;
}
