import { Controller } from '@nestjs/common';
import { LegacyPath, LenientInput } from '#http';
import { OpenableAs } from '#security';
import { AnalyticsRoutes } from './analytics-routes.js';
import { AnalyticsService } from './analytics.service.js';

@LegacyPath()
@OpenableAs('analytics')
@LenientInput()
@Controller('analytics')
export class OlderAnalyticsController extends AnalyticsRoutes {
  constructor(service: AnalyticsService) {
    super(service);
  }
}
