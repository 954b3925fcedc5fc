import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { StrictInput } from '#http';
import { AnalyticsRoutes } from './analytics-routes.js';
import { AnalyticsService } from './analytics.service.js';

@ApiTags('Analytics')
@StrictInput()
@Controller('api/v1/analytics')
export class AnalyticsController extends AnalyticsRoutes {
  constructor(service: AnalyticsService) {
    super(service, true);
  }
}
