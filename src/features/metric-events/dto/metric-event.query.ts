import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { type FieldError, isLongerThan, parseRange, ValidationError } from '#kernel';
import { IsTime, PageQuery } from '#http';
import { EXPORT_FORMATS, type ExportFormat } from '#tabular';
import type { MetricEventFilter } from '../metric-event.js';

/** Filters that lists, counts and exports of metric events have in common. */
export class EventsFilterQuery {
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

  @ApiPropertyOptional({ description: 'Only events of this type.' })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  type?: string;

  @ApiPropertyOptional({ description: 'Only records of this user.' })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  user_id?: string;

  @ApiPropertyOptional({ description: 'Only events of this organisation.' })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  org_id?: string;

  @ApiPropertyOptional({ description: 'Only the event with this external id.' })
  @IsOptional()
  @IsString()
  @Length(1, 255)
  external_id?: string;
}

export class EventsQuery extends IntersectionType(EventsFilterQuery, PageQuery) {}

export class EventsExportQuery extends EventsFilterQuery {
  @ApiPropertyOptional({ enum: EXPORT_FORMATS, default: 'csv', description: 'Format of the file.' })
  @IsIn(EXPORT_FORMATS)
  format: ExportFormat = 'csv';
}

const PREFIX = 'data.';
const KEY = /^[^."\\\0]{1,64}$/;
/** `?data.hits>5` arrives as a name without a value, and would match nothing. */
const COMPARISON = /[<>!]/;
const MAX_FILTERS = 5;
const MAX_DEPTH = 8;
const MAX_VALUE_LENGTH = 1000;

/**
 * Returns the filter of a query. `data.<path>=<value>` selects events with this value at the path of `data`.
 * @throws ValidationError when a parameter is neither such a path nor in `known`, or a limit is exceeded
 */
export function toEventFilter(
  query: EventsFilterQuery,
  raw: Record<string, unknown>,
  known: readonly string[],
): MetricEventFilter {
  const errors: FieldError[] = [];
  const data: { path: string[]; value: string }[] = [];
  for (const [name, value] of Object.entries(raw)) {
    if (!name.startsWith(PREFIX)) {
      if (!known.includes(name)) errors.push({ path: name, message: 'is not a known field' });
      continue;
    }
    const path = name.slice(PREFIX.length).split('.');
    if (value === '' && COMPARISON.test(name)) {
      errors.push({ path: name, message: 'must be data.<path>=<value>: other comparisons are not supported' });
      continue;
    }
    if (path.length > MAX_DEPTH || !path.every((key) => KEY.test(key)))
      errors.push({ path: name, message: `must be a path of at most ${MAX_DEPTH} names` });
    else if (typeof value !== 'string' || isLongerThan(value, MAX_VALUE_LENGTH))
      errors.push({ path: name, message: `must be one value of at most ${MAX_VALUE_LENGTH} characters` });
    else data.push({ path, value });
  }
  if (data.length > MAX_FILTERS)
    errors.push({ path: 'data', message: `must be filtered by at most ${MAX_FILTERS} fields` });
  if (errors.length > 0) throw new ValidationError(errors);
  return {
    ...parseRange(query.from, query.to),
    type: query.type,
    userId: query.user_id,
    orgId: query.org_id,
    externalId: query.external_id,
    data,
  };
}
