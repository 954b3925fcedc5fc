import { Controller } from '@nestjs/common';
import { AnalyticsRoutes, AnalyticsService } from '#analytics';
import { LegacyPath, LenientInput } from '#http';
import { OpenableAs } from '#security';

@LegacyPath()
@OpenableAs('analytics')
@LenientInput()
@Controller('analytics')
export class LegacyAnalyticsController extends AnalyticsRoutes {
  constructor(service: AnalyticsService) {
    super(service, false);
  }
}
