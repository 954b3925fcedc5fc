import { createHash } from 'node:crypto';
import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FeedbackLoopConfig } from '#config';
import { MultipartBody, readMultipart, type RouteDescription, type SchemaValidator } from '#http';
import { IdempotentRoute, type RecordingService, RecordRoute, respond } from '#ingest';
import { FeedbackTokenAllowed, type Principal, Publishable, Scopes } from '#security';
import { maxDataUrlLength } from './attachments/data-url.js';
import type { SentScreenshot } from './attachments/screenshot-intake.service.js';
import {
  fromForm,
  type Submit,
  SubmitFormSchema,
  SubmitSchema,
  type Submitted,
  SubmittedSchema,
  toSubmission,
} from './dto/submit.schema.js';
import type { IntakeResult, IntakeService } from './intake.service.js';

const MAX_FIELD_BYTES = 131_072;

/** A route that records feedback with screenshots, as JSON or as a form. */
export const SubmitRoute = (route: RouteDescription & { status?: 200 | 201 }): MethodDecorator =>
  applyDecorators(
    RouteConfig({ multipart: true, holdsFiles: true }),
    Scopes('ingest'),
    Publishable(),
    FeedbackTokenAllowed(),
    IdempotentRoute(),
    RecordRoute({
      ...route,
      body: SubmitSchema,
      otherBodies: { 'multipart/form-data': SubmitFormSchema },
      returns: SubmittedSchema,
    }),
  );

interface Sent {
  body: Submit;
  screenshots: SentScreenshot[];
  surplusFiles: number;
}

interface SubmitRequest {
  sender: Principal;
  body: unknown;
  key: string | undefined;
  validator: SchemaValidator<typeof SubmitSchema>;
  /** Status of the response when the feedback is in the database. */
  stored: 200 | 201;
}

/** Base class of the controllers that record feedback, at the current and at the legacy path. */
export abstract class SubmitRoutes {
  constructor(
    private readonly intake: IntakeService,
    private readonly recording: RecordingService,
    private readonly config: FeedbackLoopConfig,
  ) {}

  protected async submit(
    { body, key, sender, stored, validator }: SubmitRequest,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Submitted> {
    const sent = await this.read(sender, body, validator);
    const checked = await this.intake.check(sender, { ...sent, input: toSubmission(sent.body) });
    const response = await this.recording.run(
      checked.caller,
      { key, operation: 'feedback', body: key === undefined ? null : fingerprint(sent) },
      () => this.intake.plan(checked, { ip: request.ip, limits: reply }, stored),
      toSubmitted,
    );
    return respond(reply, response);
  }

  private async read(sender: Principal, body: unknown, validator: SubmitRequest['validator']): Promise<Sent> {
    if (!(body instanceof MultipartBody)) {
      const { screenshot, ...fields } = validator.parse(body);
      const given = screenshot == null ? [] : Array.isArray(screenshot) ? screenshot : [screenshot];
      // Legacy clients send an empty string for no screenshot.
      const urls = given.filter((dataUrl) => dataUrl !== '');
      return {
        body: fields,
        surplusFiles: 0,
        screenshots: urls.map((dataUrl, n) => ({ path: `screenshot.${n}`, dataUrl })),
      };
    }
    const { screenshotMaxBytes, screenshotMaxCount } = this.config.feedback;
    const form = await readMultipart(body, {
      maxFiles: screenshotMaxCount,
      maxFileBytes: screenshotMaxBytes,
      maxFieldBytes: MAX_FIELD_BYTES,
      textFile: { field: 'screenshot', maxBytes: maxDataUrlLength(screenshotMaxBytes) },
      // Refuses an invalid token before files are read. Text fields come first, so the prediction is known by then.
      beforeFiles: ({ prediction_id }) => void this.intake.verifySender(sender, prediction_id?.toLowerCase() ?? null),
    });
    // A form sends an empty file if the user chose none.
    const screenshots = form.files
      .filter(({ bytes }) => bytes === undefined || bytes.length > 0)
      .map(({ bytes, isText }, n) => toSent(`screenshot.${n}`, bytes, isText));
    const fields = validator.parse(fromForm(form.fields));
    return { body: fields, screenshots, surplusFiles: form.surplusFiles };
  }
}

/** A data URL that was sent as a field is text in ASCII. */
function toSent(path: string, bytes: Buffer | undefined, isText: boolean): SentScreenshot {
  return isText && bytes ? { path, dataUrl: bytes.toString('latin1') } : { path, bytes };
}

function toSubmitted({ id, link, warnings }: IntakeResult): Submitted {
  const shown = link === 'none' ? null : link === 'linked' ? 'linked' : 'pending';
  return { success: true, id, link: shown, warnings };
}

/** Returns the content that an `Idempotency-Key` stands for: the fields, and a digest of each screenshot. */
function fingerprint({ body, screenshots }: Sent): object {
  return { ...body, screenshot: screenshots.map(digest) };
}

/** Returns what stands for a screenshot in the fingerprint of a request. */
function digest(screenshot: SentScreenshot): string {
  const bytes = 'dataUrl' in screenshot ? screenshot.dataUrl : (screenshot.bytes ?? '');
  return createHash('sha256').update(bytes).digest('base64url');
}
