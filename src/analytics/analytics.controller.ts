import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { parseRange } from '../common/index.js';
import { apiSchema, LenientInput, StrictInput } from '../http/index.js';
import { Caller, OpenableAs, type Principal, Scopes } from '../security/index.js';
import { AnalyticsService } from './analytics.service.js';
import { AnalyticsQuery, RecentQuery, TimeseriesQuery } from './dto/analytics.query.js';
import * as answers from './dto/analytics.schema.js';
import type { AnalyticsFilter } from './predictions.read-model.js';

/** The routes once, for both of their addresses. None of them ever answers a text. */
@Scopes('read')
abstract class AnalyticsRoutes {
  constructor(private readonly service: AnalyticsService) {}

  @Get('summary')
  @ApiOperation({ summary: 'Totals and averages' })
  @ApiOkResponse({ schema: apiSchema(answers.SummarySchema) })
  async summary(@Caller() caller: Principal, @Query() query: AnalyticsQuery): Promise<answers.SummaryAnswer> {
    return answers.toSummary(await this.service.summary(caller, toFilter(query)));
  }

  @Get('sentiment-distribution')
  @ApiOperation({ summary: 'Predictions labelled positive, negative and neutral; other labels are not counted here' })
  @ApiOkResponse({ schema: apiSchema(answers.SentimentDistributionSchema) })
  async sentimentDistribution(
    @Caller() caller: Principal,
    @Query() query: AnalyticsQuery,
  ): Promise<answers.SentimentDistribution> {
    const { positive = 0, negative = 0, neutral = 0 } = await this.service.countsByLabel(caller, toFilter(query));
    return { positive, negative, neutral };
  }

  @Get('label-distribution')
  @ApiOperation({ summary: 'Predictions by label' })
  @ApiOkResponse({ schema: apiSchema(answers.LabelDistributionSchema) })
  labelDistribution(@Caller() caller: Principal, @Query() query: AnalyticsQuery): Promise<Record<string, number>> {
    return this.service.countsByLabel(caller, toFilter(query));
  }

  @Get('recent')
  @ApiOperation({ summary: 'The latest predictions, without their texts' })
  @ApiOkResponse({ schema: apiSchema(answers.RecentSchema) })
  async recent(@Caller() caller: Principal, @Query() query: RecentQuery): Promise<answers.RecentAnswer> {
    return answers.toRecent(await this.service.recent(caller, toFilter(query), query.limit));
  }

  @Get('timeseries')
  @ApiOperation({ summary: 'Counts and averages by hour or day (UTC), empty buckets included' })
  @ApiOkResponse({ schema: apiSchema(answers.TimeseriesSchema) })
  async timeseries(@Caller() caller: Principal, @Query() query: TimeseriesQuery): Promise<answers.TimeseriesAnswer> {
    return answers.toTimeseries(query.bucket, await this.service.timeseries(caller, toFilter(query), query.bucket));
  }

  @Get('latency')
  @ApiOperation({ summary: 'Percentiles of the latency in milliseconds' })
  @ApiOkResponse({ schema: apiSchema(answers.LatencySchema) })
  async latency(@Caller() caller: Principal, @Query() query: AnalyticsQuery): Promise<answers.LatencyAnswer> {
    return answers.toLatency(await this.service.latency(caller, toFilter(query)));
  }

  @Get('cache')
  @ApiOperation({ summary: 'How many predictions came from the cache' })
  @ApiOkResponse({ schema: apiSchema(answers.CacheSchema) })
  async cache(@Caller() caller: Principal, @Query() query: AnalyticsQuery): Promise<answers.CacheAnswer> {
    return answers.toCache(await this.service.cacheHits(caller, toFilter(query)));
  }

  @Get('models')
  @ApiOperation({ summary: 'Which model versions answered, and when' })
  @ApiOkResponse({ schema: apiSchema(answers.ModelsSchema) })
  async models(@Caller() caller: Principal, @Query() query: AnalyticsQuery): Promise<answers.ModelsAnswer> {
    return answers.toModels(await this.service.models(caller, toFilter(query)));
  }
}

@ApiTags('Analytics')
@StrictInput()
@Controller('api/v1/analytics')
export class AnalyticsController extends AnalyticsRoutes {
  constructor(service: AnalyticsService) {
    super(service);
  }
}

@ApiTags('Older paths')
@OpenableAs('analytics')
@LenientInput()
@Controller('analytics')
export class OlderAnalyticsController extends AnalyticsRoutes {
  constructor(service: AnalyticsService) {
    super(service);
  }
}

function toFilter(query: AnalyticsQuery): AnalyticsFilter {
  return { ...parseRange(query.from, query.to), model: query.model, modelVersion: query.model_version };
}
