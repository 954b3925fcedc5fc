import { createHash } from 'node:crypto';
import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FeedbackLoopConfig } from '#config';
import { LegacyPath, MultipartBody, readMultipart } from '#http';
import { IdempotencyKey, IdempotentRoute, RecordingService, RecordRoute, respond } from '#ingest';
import { Caller, FeedbackTokenAllowed, OpenableAs, type Principal, Publishable, Scopes } from '#security';
import type { SentPicture } from './attachments/picture-intake.service.js';
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
  surplusFiles: number;
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
    private readonly recording: RecordingService,
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
    return this.submit({ sender, body, key, validator: submitValidators.strict, stored: 201 }, request, reply);
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
    return this.submit({ sender, body, key, validator: submitValidators.lenient, stored: 200 }, request, reply);
  }

  private async submit(
    { body, key, sender, stored, validator }: SubmitRequest,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Submitted> {
    const sent = await this.read(sender, body, validator);
    const checked = await this.intake.check(sender, { ...sent, input: toSubmission(sent.body) });
    const answer = await this.recording.run(
      checked.caller,
      { key, operation: 'feedback', body: key === undefined ? null : fingerprint(sent) },
      () => this.intake.plan(checked, { ip: request.ip, limits: reply }, stored),
      toSubmitted,
    );
    return respond(reply, answer);
  }

  private async read(sender: Principal, body: unknown, validator: SubmitRequest['validator']): Promise<Sent> {
    if (!(body instanceof MultipartBody)) {
      const { screenshot, ...fields } = validator.parse(body);
      const given = screenshot == null ? [] : Array.isArray(screenshot) ? screenshot : [screenshot];
      // What older clients send for "none".
      const urls = given.filter((dataUrl) => dataUrl !== '');
      return {
        body: fields,
        surplusFiles: 0,
        pictures: urls.map((dataUrl, n) => ({ path: `screenshot.${n}`, dataUrl })),
      };
    }
    const form = await readMultipart(body, {
      maxFiles: this.config.feedback.screenshotMaxCount,
      maxFileBytes: this.config.feedback.screenshotMaxBytes,
      maxFieldBytes: MAX_FIELD_BYTES,
      // Text parts come first: whoever sends a token must have said by then what it is for.
      beforeFiles: ({ prediction_id }) => void this.intake.prove(sender, prediction_id?.toLowerCase() ?? null),
    });
    const { screenshot, ...fields } = fromForm(form.fields);
    const inline = typeof screenshot === 'string' ? [{ path: 'screenshot', dataUrl: screenshot }] : [];
    // An empty file is what a form sends when nobody chose one.
    const files = form.files
      .filter(({ bytes }) => bytes === undefined || bytes.length > 0)
      .map(({ bytes }, n) => ({ path: `screenshot.${n}`, bytes }));
    return { body: validator.parse(fields), pictures: [...inline, ...files], surplusFiles: form.surplusFiles };
  }
}

interface SubmitRequest {
  sender: Principal;
  body: unknown;
  key: string | undefined;
  validator: (typeof submitValidators)['strict' | 'lenient'];
  stored: 200 | 201;
}

function toSubmitted({ id, link, warnings }: IntakeResult): Submitted {
  const shown = link === 'none' ? null : link === 'linked' ? 'linked' : 'pending';
  return { success: true, id, link: shown, warnings };
}

/** What an `Idempotency-Key` stands for: the fields, and a digest of each picture. */
function fingerprint({ body, pictures }: Sent): object {
  return { ...body, screenshot: pictures.map(digest) };
}

/** Stands for a picture in the fingerprint of a request. */
function digest(picture: SentPicture): string {
  const bytes = 'dataUrl' in picture ? picture.dataUrl : (picture.bytes ?? '');
  return createHash('sha256').update(bytes).digest('base64url');
}
