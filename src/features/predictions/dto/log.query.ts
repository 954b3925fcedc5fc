import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

export class LogPredictionsQuery {
  @ApiPropertyOptional({
    enum: ['ids'],
    description:
      'For NDJSON: `ids` adds one line to the response for each stored line, with its number, `id` and `feedback_token`.',
  })
  @IsOptional()
  @IsIn(['ids'])
  return?: 'ids';
}
