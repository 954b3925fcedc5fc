import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FeedbackLoopConfig } from '#config';
import { IdempotencyKey, RecordingService } from '#ingest';
import { Caller, OpenableAs, type Principal } from '#security';
import { type Submitted, submitValidator } from './dto/submit.schema.js';
import { IntakeService } from './intake.service.js';
import { SubmitRoute, SubmitRoutes } from './submit-routes.js';

@ApiTags('Feedback')
@Controller('api/v1/feedback')
export class SubmitController extends SubmitRoutes {
  constructor(intake: IntakeService, recording: RecordingService, config: FeedbackLoopConfig) {
    super(intake, recording, config);
  }

  @Post()
  @OpenableAs('feedback')
  @SubmitRoute({
    operationId: 'create_feedback',
    summary: 'Record feedback with screenshots',
    description:
      'Accepts JSON with screenshots as data URLs, or a form with screenshots as files. `X-Feedback-Token` replaces the key. If ' +
      'FL_PUBLIC_ROUTES opens the route, five requests per hour need neither.',
  })
  create(
    @Caller() sender: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Submitted> {
    return this.submit({ sender, body, key, validator: submitValidator, stored: 201 }, request, reply);
  }
}
