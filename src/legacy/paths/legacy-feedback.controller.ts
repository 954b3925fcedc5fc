import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FeedbackLoopConfig } from '#config';
import { IntakeService, SubmitRoute, SubmitRoutes, type Submitted } from '#feedback';
import { LegacyPath } from '#http';
import { IdempotencyKey, RecordingService } from '#ingest';
import { Caller, OpenableAs, type Principal } from '#security';
import { lenientFeedback } from '../bodies/lenient-bodies.js';

@LegacyPath()
@Controller()
export class LegacyFeedbackController extends SubmitRoutes {
  constructor(intake: IntakeService, recording: RecordingService, config: FeedbackLoopConfig) {
    super(intake, recording, config);
  }

  @Post('api/feedback')
  @OpenableAs('feedback')
  @SubmitRoute({
    operationId: 'create_feedback_older_path',
    summary: 'Record feedback with screenshots (legacy path)',
    description: 'Behaves like POST /api/v1/feedback, but ignores unknown fields and returns 200.',
    status: 200,
  })
  create(
    @Caller() sender: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Submitted> {
    return this.submit({ sender, body, key, validator: lenientFeedback, stored: 200 }, request, reply);
  }
}
