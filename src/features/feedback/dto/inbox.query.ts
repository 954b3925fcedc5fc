import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUUID, Length, Max, Min } from 'class-validator';
import { parseRange, parseTime, ValidationError } from '#kernel';
import { asBoolean, asInteger, IsTime, PageQuery } from '#http';
import { EXPORT_FORMATS, type ExportFormat } from '#tabular';
import type { InboxFilter } from '../inbox/inbox.js';

/** Filters of the feedback list and export. */
export class InboxFilterQuery {
  @ApiPropertyOptional({ description: 'Only feedback in this category.' })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  category?: string;

  @ApiPropertyOptional({ type: Boolean, description: 'Filter by whether the feedback was read.' })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  is_read?: boolean;

  @ApiPropertyOptional({ type: Boolean, description: 'Filter by whether the feedback is archived.' })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  is_archived?: boolean;

  @ApiPropertyOptional({ type: Boolean, description: 'Filter by whether the feedback has a screenshot.' })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  has_screenshot?: boolean;

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

  @ApiPropertyOptional({ description: 'Words, or beginnings of words, that the description must contain.' })
  @IsOptional()
  @IsString()
  @Length(1, 200)
  q?: string;

  @ApiPropertyOptional({ description: 'Only records of this session.' })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  session_id?: string;

  @ApiPropertyOptional({ description: 'Only records of this user.' })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  user_id?: string;

  @ApiPropertyOptional({ description: 'Only feedback on this prediction.' })
  @IsOptional()
  @IsUUID(undefined, { message: 'must be a UUID' })
  prediction_id?: string;

  @ApiPropertyOptional({
    type: Boolean,
    description: 'Filter by whether the feedback is in quarantine. The list leaves it out by default.',
  })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  quarantined?: boolean;

  @ApiPropertyOptional({ type: Boolean, description: 'Include deleted feedback.' })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  include_deleted?: boolean;
}

export class InboxQuery extends IntersectionType(InboxFilterQuery, PageQuery) {}

export class ExportQuery extends InboxFilterQuery {
  @ApiPropertyOptional({ enum: EXPORT_FORMATS, default: 'csv', description: 'Format of the file.' })
  @IsIn(EXPORT_FORMATS)
  format: ExportFormat = 'csv';
}

export class CleanupQuery {
  @ApiPropertyOptional({
    minimum: 1,
    maximum: 3650,
    type: 'integer',
    description: 'Maximum age in days; older feedback is deleted. Default: the configured retention.',
  })
  @IsOptional()
  @Transform(asInteger)
  @IsInt()
  @Min(1)
  @Max(3650)
  retention_days?: number;

  @ApiPropertyOptional({ type: Boolean, description: 'Only count what would be deleted.' })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  dry_run?: boolean;
}

export class SubmissionQuery {
  @ApiPropertyOptional({
    description: 'Time in ISO 8601. The response shows the triage as it was at this time. Default: now.',
  })
  @IsOptional()
  @IsTime()
  at?: string;

  @ApiPropertyOptional({ type: Boolean, description: 'Include deleted feedback.' })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  include_deleted?: boolean;
}

/**
 * Returns `at` in milliseconds since 1970; undefined if it is missing.
 *
 * @throws ValidationError (422) naming `at`
 */
export function toMoment({ at }: SubmissionQuery): number | undefined {
  const time = at === undefined ? undefined : parseTime(at);
  if (at !== undefined && time === undefined)
    throw new ValidationError([{ path: 'at', message: 'must be an ISO 8601 time such as 2026-01-31T00:00:00Z' }]);
  return time;
}

/**
 * Converts the query to a filter, with times in milliseconds since 1970.
 *
 * @throws ValidationError (422) naming `from` or `to`
 */
export function toFilter(query: InboxFilterQuery): InboxFilter {
  return {
    ...parseRange(query.from, query.to),
    category: query.category,
    isRead: query.is_read,
    isArchived: query.is_archived,
    hasScreenshot: query.has_screenshot,
    search: query.q,
    sessionId: query.session_id,
    userId: query.user_id,
    predictionId: query.prediction_id?.toLowerCase(),
    quarantined: query.quarantined,
    includeDeleted: query.include_deleted ?? false,
  };
}

export class ScreenshotQuery {
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'True: the file as it was sent, which is kept only if the state of the screenshot is `failed`.',
  })
  @IsOptional()
  @Transform(asBoolean)
  @IsBoolean()
  sent?: boolean;
}
