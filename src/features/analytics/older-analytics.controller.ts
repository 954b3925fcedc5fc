import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { LenientInput } from '#http';
import { OpenableAs } from '#security';
import { AnalyticsRoutes } from './analytics-routes.js';
import { AnalyticsService } from './analytics.service.js';

@ApiTags('Older paths')
@OpenableAs('analytics')
@LenientInput()
@Controller('analytics')
export class OlderAnalyticsController extends AnalyticsRoutes {
  constructor(service: AnalyticsService) {
    super(service);
  }
}
