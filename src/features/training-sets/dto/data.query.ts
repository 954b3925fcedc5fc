import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { type Split, SPLITS } from '../training-set.js';

export class TrainingDataQuery {
  @ApiPropertyOptional({ enum: SPLITS, description: 'Part of the set to return. Default: all lines.' })
  @IsOptional()
  @IsIn(SPLITS)
  split?: Split;
}
