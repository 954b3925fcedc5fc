import { Get, Query, Res } from '@nestjs/common';
import { Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { formatTime, parseRange } from '#kernel';
import { ResourceRoute, ResponseHeader } from '#http';
import type { Dated } from '#cache';
import { Caller, type Principal, Scopes } from '#security';
import { AnalyticsService } from './analytics.service.js';
import { AnalyticsQuery, RecentQuery, TimeseriesQuery } from './dto/analytics.query.js';
import * as schemas from './dto/analytics.schema.js';
import type { AnalyticsFilter, Bucket, LatencyPercentiles, Summary } from './figures.js';

/** Figures that come from a replica or a cache may lag. */
const MayLag = (): MethodDecorator =>
  ResponseHeader(
    'X-Data-As-Of',
    'Time up to which the figures are complete; missing if they are current.',
    Type.String({ format: 'date-time' }),
  );

/** Declares the routes for their current and legacy paths. No route returns a text. */
@Scopes('read')
export abstract class AnalyticsRoutes {
  /** @param separatesModels whether figures that mix models carry a warning and list each model */
  constructor(
    private readonly service: AnalyticsService,
    private readonly separatesModels: boolean,
  ) {}

  @Get('summary')
  @MayLag()
  @ResourceRoute({
    summary: 'Get totals and averages of predictions',
    description: 'Erasure reduces the totals, but retention does not.',
    returns: schemas.SummarySchema,
  })
  async summary(
    @Caller() caller: Principal,
    @Query() query: AnalyticsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<schemas.SummaryResponse> {
    const read = (filter: AnalyticsFilter): Promise<Dated<Summary>> => this.service.summary(caller, filter);
    return this.withModels(reply, caller, query, read, schemas.toSummary);
  }

  @Get('sentiment-distribution')
  @MayLag()
  @ResourceRoute({
    summary: 'Count predictions labelled positive, negative and neutral',
    description: 'Predictions with other labels are not counted.',
    returns: schemas.SentimentDistributionSchema,
  })
  async sentimentDistribution(
    @Caller() caller: Principal,
    @Query() query: AnalyticsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<schemas.SentimentDistribution> {
    const filter = toFilter(query);
    const read = (selected: AnalyticsFilter): Promise<Dated<Record<string, number>>> =>
      this.service.countsByLabel(caller, selected);
    const body = schemas.toSentiments(dated(reply, await read(filter)));
    return { ...body, ...(await this.modelsOf(caller, filter, read, schemas.toSentiments)) };
  }

  @Get('label-distribution')
  @MayLag()
  @ResourceRoute({
    summary: 'Count predictions by label',
    description: 'Each member is a label with its number of predictions.',
    returns: schemas.LabelDistributionSchema,
  })
  async labelDistribution(
    @Caller() caller: Principal,
    @Query() query: AnalyticsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Record<string, number>> {
    return dated(reply, await this.service.countsByLabel(caller, toFilter(query)));
  }

  @Get('recent')
  @MayLag()
  @ResourceRoute({
    summary: 'List the latest predictions without their texts',
    description: 'The latest prediction comes first.',
    returns: schemas.RecentSchema,
  })
  async recent(
    @Caller() caller: Principal,
    @Query() query: RecentQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<schemas.RecentResponse> {
    const found = await this.service.recent(caller, toFilter(query), query.limit);
    return schemas.toRecent(dated(reply, found), this.separatesModels);
  }

  @Get('timeseries')
  @MayLag()
  @ResourceRoute({
    summary: 'Count and average predictions by hour or day',
    description:
      'Returns all buckets of the range in UTC, including empty ones, but at most 5,000. Default: the last 24 hours or 30 days.',
    returns: schemas.TimeseriesSchema,
  })
  async timeseries(
    @Caller() caller: Principal,
    @Query() query: TimeseriesQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<schemas.TimeseriesResponse> {
    const read = (filter: AnalyticsFilter): Promise<Dated<Bucket[]>> =>
      this.service.timeseries(caller, filter, query.bucket);
    const body = await this.withModels(reply, caller, query, read, schemas.toSeries);
    return { bucket: query.bucket, ...body };
  }

  @Get('latency')
  @MayLag()
  @ResourceRoute({
    summary: 'Get latency percentiles in milliseconds',
    description:
      'Percentiles are exact for up to 10,000 predictions. For more, their error is at most `max_relative_error`.',
    returns: schemas.LatencySchema,
  })
  async latency(
    @Caller() caller: Principal,
    @Query() query: AnalyticsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<schemas.LatencyResponse> {
    const read = (filter: AnalyticsFilter): Promise<Dated<LatencyPercentiles>> => this.service.latency(caller, filter);
    return this.withModels(reply, caller, query, read, schemas.toLatency);
  }

  @Get('cache')
  @MayLag()
  @ResourceRoute({
    summary: 'Count cache hits and misses of predictions',
    description: 'Counts only predictions that this installation served.',
    returns: schemas.CacheSchema,
  })
  async cache(
    @Caller() caller: Principal,
    @Query() query: AnalyticsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<schemas.CacheResponse> {
    return withDate(reply, await this.service.cacheHits(caller, toFilter(query)), schemas.toCache);
  }

  @Get('models')
  @MayLag()
  @ResourceRoute({
    summary: 'List the model versions that made predictions',
    description: 'Each version has the times of its first and last prediction.',
    returns: schemas.ModelsSchema,
  })
  async models(
    @Caller() caller: Principal,
    @Query() query: AnalyticsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<schemas.ModelsResponse> {
    return schemas.toModels(dated(reply, await this.service.models(caller, toFilter(query))));
  }

  /** Returns a figure, and the same for each model if it mixes several. */
  private async withModels<T, Body extends object>(
    reply: FastifyReply,
    caller: Principal,
    query: AnalyticsQuery,
    read: (filter: AnalyticsFilter) => Promise<Dated<T>>,
    toBody: (value: T) => Body,
  ): Promise<Body & SeveralModels<Body> & { data_as_of?: string }> {
    const filter = toFilter(query);
    const body = withDate(reply, await read(filter), toBody);
    return { ...body, ...(await this.modelsOf(caller, filter, read, toBody)) };
  }

  private async modelsOf<T, Body extends object>(
    caller: Principal,
    filter: AnalyticsFilter,
    read: (filter: AnalyticsFilter) => Promise<Dated<T>>,
    toBody: (value: T) => Body,
  ): Promise<SeveralModels<Body>> {
    const found = this.separatesModels ? await this.service.byModel(caller, filter, read) : [];
    if (found.length === 0) return {};
    return {
      by_model: found.map(({ model, value }) => ({ model, ...toBody(value) })),
      warnings: ['several_models'],
    };
  }
}

/** Members of a body whose figure mixes models. */
interface SeveralModels<Body> {
  by_model?: (Body & { model: string })[];
  warnings?: 'several_models'[];
}

function toFilter(query: AnalyticsQuery): AnalyticsFilter {
  return { ...parseRange(query.from, query.to), model: query.model, modelVersion: query.model_version };
}

/** Returns the value. If it may lag, the header `x-data-as-of` holds the time up to which it is complete. */
function dated<T>(reply: FastifyReply, { asOf, value }: Dated<T>): T {
  if (asOf !== null) void reply.header('x-data-as-of', formatTime(asOf));
  return value;
}

/** Returns the body of a value. If the value may lag, header and body hold the time up to which it is complete. */
function withDate<T, Body extends object>(
  reply: FastifyReply,
  found: Dated<T>,
  toBody: (value: T) => Body,
): Body & { data_as_of?: string } {
  const body = toBody(dated(reply, found));
  return found.asOf === null ? body : { ...body, data_as_of: formatTime(found.asOf) };
}
