import { createHash } from 'node:crypto';
import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FeedbackLoopConfig } from '#config';
import { LegacyPath, MultipartBody, readMultipart } from '#http';
import { answerOnce, type ClaimMaker, IdempotencyKey, IdempotencyService, IdempotentRoute, RecordRoute } from '#ingest';
import { Caller, FeedbackTokenAllowed, OpenableAs, type Principal, Publishable, Scopes } from '#security';
import { type IntakeWarning, PictureIntake, type SentPicture } from './attachments/picture-intake.service.js';
import {
  fromForm,
  type Submit,
  SubmitFormSchema,
  type Submitted,
  SubmitSchema,
  SubmittedSchema,
  submitValidators,
  toSubmission,
} from './dto/submit.schema.js';
import { type IntakeResult, IntakeService } from './intake.service.js';
import { SpamCheck } from './spam-check.service.js';
import { SubmitAccess } from './submit-access.service.js';

/** Five pictures of 5 MiB as data URLs, and one of twenty: a picture that is too large must not cost the text. */
const MAX_BODY_BYTES = 39_845_888;
const MAX_FIELD_BYTES = 131_072;
const TAKES_PICTURES = { multipart: true, bodyLimit: MAX_BODY_BYTES };
const FEEDBACK = {
  body: SubmitSchema,
  otherBodies: { 'multipart/form-data': SubmitFormSchema },
  returns: SubmittedSchema,
};

interface Sent {
  body: Submit;
  pictures: SentPicture[];
  surplus: number;
}

@ApiTags('Feedback')
@Scopes('ingest')
@Publishable()
@FeedbackTokenAllowed()
@OpenableAs('feedback')
@Controller()
export class SubmitController {
  constructor(
    private readonly intake: IntakeService,
    private readonly pictures: PictureIntake,
    private readonly spam: SpamCheck,
    private readonly access: SubmitAccess,
    private readonly idempotency: IdempotencyService,
    private readonly config: FeedbackLoopConfig,
  ) {}

  @Post('api/v1/feedback')
  @RouteConfig(TAKES_PICTURES)
  @IdempotentRoute()
  @RecordRoute({
    operationId: 'create_feedback',
    summary: 'Record feedback with screenshots',
    description:
      'Takes JSON with pictures as data URLs, or a form with pictures as files. Works without a key by `X-Feedback-Token`, and where ' +
      'FL_PUBLIC_ROUTES opens it, five times an hour.',
    ...FEEDBACK,
  })
  create(
    @Caller() sender: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Submitted> {
    return this.submit({ sender, body, key, validator: submitValidators.strict, good: 201 }, request, reply);
  }

  @Post('api/feedback')
  @RouteConfig(TAKES_PICTURES)
  @LegacyPath()
  @IdempotentRoute()
  @RecordRoute({
    operationId: 'create_feedback_older_path',
    summary: 'Record feedback with screenshots (legacy path)',
    description: 'Behaves like POST /api/v1/feedback, but ignores unknown fields and returns 200.',
    status: 200,
    ...FEEDBACK,
  })
  olderCreate(
    @Caller() sender: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Submitted> {
    return this.submit({ sender, body, key, validator: submitValidators.lenient, good: 200 }, request, reply);
  }

  private async submit(
    { body, good, key, sender, validator }: SubmitRequest,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Submitted> {
    const sent = await this.read(sender, body, validator);
    const input = toSubmission(sent.body);
    const caller = this.access.prove(sender, input.predictionId);
    const { pictures, warnings } = await this.pictures.check(sent.pictures, sent.surplus);
    const anonymous = caller.keyId === null && caller.feedbackToken === undefined;
    // Where no key is required everybody is at home.
    const isDoubted = (anonymous && this.config.apiKeyRequired) || caller.publishable === true;
    const verified = !isDoubted;
    const answerOf = (result: IntakeResult): { status: number; body: Submitted } => ({
      status: result.persisted === 'database' ? good : 202,
      body: toSubmitted(result, warnings),
    });
    // Not for a repetition of what was answered before.
    const work = async (claim?: ClaimMaker): Promise<{ status: number; body: Submitted }> => {
      await this.access.count(caller, request.ip, reply);
      const verdict = isDoubted ? this.spam.judge(caller, request.ip, input) : undefined;
      const quarantine = verdict?.reason ?? null;
      const claimOf =
        claim &&
        ((id: string, resultOf: (persisted: 'database' | 'spool') => IntakeResult) =>
          claim([id], (persisted) => answerOf(resultOf(persisted))));
      const result = await this.intake.record(caller, { input, pictures, verified, quarantine }, claimOf);
      verdict?.remember();
      return answerOf(result);
    };
    if (key !== undefined) {
      const fingerprint = { ...sent.body, screenshot: sent.pictures.map(digest) };
      return answerOnce(
        this.idempotency,
        reply,
        { tenant: caller, key, operation: 'feedback', body: fingerprint },
        work,
      );
    }
    const answer = await work();
    void reply.status(answer.status);
    return answer.body;
  }

  private async read(sender: Principal, body: unknown, validator: SubmitRequest['validator']): Promise<Sent> {
    if (!(body instanceof MultipartBody)) {
      const { screenshot, ...fields } = validator.parse(body);
      const given = screenshot == null ? [] : Array.isArray(screenshot) ? screenshot : [screenshot];
      // What older clients send for "none".
      const urls = given.filter((dataUrl) => dataUrl !== '');
      return { body: fields, surplus: 0, pictures: urls.map((dataUrl, n) => ({ path: `screenshot.${n}`, dataUrl })) };
    }
    const form = await readMultipart(body, {
      maxFiles: this.config.screenshotMaxCount,
      maxFileBytes: this.config.screenshotMaxBytes,
      maxFieldBytes: MAX_FIELD_BYTES,
      // Text parts come first: whoever sends a token must have said by then what it is for.
      beforeFiles: ({ prediction_id }) => void this.access.prove(sender, prediction_id?.toLowerCase() ?? null),
    });
    const { screenshot, ...fields } = fromForm(form.fields);
    const inline = typeof screenshot === 'string' ? [{ path: 'screenshot', dataUrl: screenshot }] : [];
    // An empty file is what a form sends when nobody chose one.
    const files = form.files
      .filter(({ bytes }) => bytes === undefined || bytes.length > 0)
      .map(({ bytes }, n) => ({ path: `screenshot.${n}`, bytes }));
    return { body: validator.parse(fields), pictures: [...inline, ...files], surplus: form.surplusFiles };
  }
}

interface SubmitRequest {
  sender: Principal;
  body: unknown;
  key: string | undefined;
  validator: (typeof submitValidators)['strict' | 'lenient'];
  good: 200 | 201;
}

function toSubmitted({ id, link }: IntakeResult, warnings: IntakeWarning[]): Submitted {
  const shown = link === 'none' ? null : link === 'linked' ? 'linked' : 'pending';
  return { success: true, id, link: shown, warnings };
}

/** Stands for a picture in the fingerprint of a request. */
function digest(picture: SentPicture): string {
  const bytes = 'dataUrl' in picture ? picture.dataUrl : (picture.bytes ?? '');
  return createHash('sha256').update(bytes).digest('base64url');
}
