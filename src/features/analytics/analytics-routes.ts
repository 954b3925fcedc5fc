import { Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { formatTime, parseRange } from '#kernel';
import { ResourceRoute } from '#http';
import type { Dated } from '#cache';
import { Caller, type Principal, Scopes } from '#security';
import { AnalyticsService } from './analytics.service.js';
import { AnalyticsQuery, RecentQuery, TimeseriesQuery } from './dto/analytics.query.js';
import * as answers from './dto/analytics.schema.js';
import type { AnalyticsFilter } from './figures.js';

/** The routes once, for both of their addresses. None of them ever answers a text. */
@Scopes('read')
export abstract class AnalyticsRoutes {
  constructor(private readonly service: AnalyticsService) {}

  @Get('summary')
  @ResourceRoute({
    summary: 'Get totals and averages of predictions',
    description: 'Retention does not change the totals; erasure does.',
    returns: answers.SummarySchema,
  })
  async summary(
    @Caller() caller: Principal,
    @Query() query: AnalyticsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<answers.SummaryAnswer> {
    return withDate(reply, await this.service.summary(caller, toFilter(query)), answers.toSummary);
  }

  @Get('sentiment-distribution')
  @ResourceRoute({
    summary: 'Count predictions labelled positive, negative and neutral',
    description: 'Other labels are not counted here.',
    returns: answers.SentimentDistributionSchema,
  })
  async sentimentDistribution(
    @Caller() caller: Principal,
    @Query() query: AnalyticsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<answers.SentimentDistribution> {
    const {
      negative = 0,
      neutral = 0,
      positive = 0,
    } = dated(reply, await this.service.countsByLabel(caller, toFilter(query)));
    return { positive, negative, neutral };
  }

  @Get('label-distribution')
  @ResourceRoute({
    summary: 'Count predictions by label',
    description: 'Each label is a member with its number of predictions.',
    returns: answers.LabelDistributionSchema,
  })
  async labelDistribution(
    @Caller() caller: Principal,
    @Query() query: AnalyticsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Record<string, number>> {
    return dated(reply, await this.service.countsByLabel(caller, toFilter(query)));
  }

  @Get('recent')
  @ResourceRoute({
    summary: 'List the latest predictions without their texts',
    description: 'The latest prediction comes first.',
    returns: answers.RecentSchema,
  })
  async recent(
    @Caller() caller: Principal,
    @Query() query: RecentQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<answers.RecentAnswer> {
    return answers.toRecent(dated(reply, await this.service.recent(caller, toFilter(query), query.limit)));
  }

  @Get('timeseries')
  @ResourceRoute({
    summary: 'Count and average predictions by hour or day',
    description:
      'Returns every bucket of the range in UTC, empty ones included, and at most 5,000. Default: the last 24 hours or 30 days.',
    returns: answers.TimeseriesSchema,
  })
  async timeseries(
    @Caller() caller: Principal,
    @Query() query: TimeseriesQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<answers.TimeseriesAnswer> {
    const found = await this.service.timeseries(caller, toFilter(query), query.bucket);
    return withDate(reply, found, (buckets) => answers.toTimeseries(query.bucket, buckets));
  }

  @Get('latency')
  @ResourceRoute({
    summary: 'Get latency percentiles in milliseconds',
    description: 'Percentiles are exact up to 10,000 predictions, then within `max_relative_error`.',
    returns: answers.LatencySchema,
  })
  async latency(
    @Caller() caller: Principal,
    @Query() query: AnalyticsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<answers.LatencyAnswer> {
    return withDate(reply, await this.service.latency(caller, toFilter(query)), answers.toLatency);
  }

  @Get('cache')
  @ResourceRoute({
    summary: 'Count predictions from the cache',
    description: 'Only predictions that this installation served are counted.',
    returns: answers.CacheSchema,
  })
  async cache(
    @Caller() caller: Principal,
    @Query() query: AnalyticsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<answers.CacheAnswer> {
    return withDate(reply, await this.service.cacheHits(caller, toFilter(query)), answers.toCache);
  }

  @Get('models')
  @ResourceRoute({
    summary: 'List the model versions that predicted',
    description: 'Each version comes with the times of its first and last prediction.',
    returns: answers.ModelsSchema,
  })
  async models(
    @Caller() caller: Principal,
    @Query() query: AnalyticsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<answers.ModelsAnswer> {
    return answers.toModels(dated(reply, await this.service.models(caller, toFilter(query))));
  }
}

function toFilter(query: AnalyticsQuery): AnalyticsFilter {
  return { ...parseRange(query.from, query.to), model: query.model, modelVersion: query.model_version };
}

/** The value; how old it may be goes into a header, when it may be old at all. */
function dated<T>(reply: FastifyReply, { asOf, value }: Dated<T>): T {
  if (asOf !== null) void reply.header('x-data-as-of', formatTime(asOf));
  return value;
}

/** Also in the body, where the body has names of its own. */
function withDate<T, Answer extends object>(
  reply: FastifyReply,
  found: Dated<T>,
  toAnswer: (value: T) => Answer,
): Answer & { data_as_of?: string } {
  const answer = toAnswer(dated(reply, found));
  return found.asOf === null ? answer : { ...answer, data_as_of: formatTime(found.asOf) };
}
