import { type Static, Type } from '@sinclair/typebox';
import {
  type FieldError,
  formatTime,
  isUuid,
  parseTime,
  timeOfNumber,
  UnreadableRequestError,
  ValidationError,
} from '#kernel';
import { BINARY, optionalString, parseJson, SchemaValidator } from '#http';
import type { SubmissionInput } from '../submission.js';

const MAX_JSON_BYTES = 65_536;
const anyJson = (description: string) => Type.Optional(Type.Unsafe<unknown>({ description }));

export const SubmitSchema = Type.Object(
  {
    session_id: Type.String({ minLength: 1, maxLength: 128, pattern: '\\S', example: 's-1' }),
    category: Type.String({ minLength: 1, maxLength: 64, pattern: '\\S', example: 'bug' }),
    description: Type.String({ minLength: 1, maxLength: 10_000, pattern: '\\S', example: 'The chart is empty.' }),
    url: Type.String({ minLength: 1, maxLength: 2048, pattern: '\\S', example: 'https://app.example.com/report' }),
    timestamp: Type.Unsafe<string | number>({
      type: ['string', 'number'],
      minLength: 1,
      maxLength: 100,
      description: "Time on the client's clock. A value that cannot be parsed is stored unchanged.",
      example: '2026-11-22T09:30:00Z',
    }),
    browser: optionalString(255, 'Name and version.'),
    os: optionalString(255, 'Name and version.'),
    screen_resolution: optionalString(64, 'For example, 1920x1080.'),
    viewport_size: optionalString(64, 'For example, 1280x720.'),
    annotation_coords: anyJson('Drawings on the screenshot: at most 64 KiB of JSON, or a string that contains JSON.'),
    api_state: anyJson(
      'State of the page: at most 64 KiB of JSON, or a string that contains JSON. It is encrypted at rest.',
    ),
    prediction_id: Type.Optional(
      Type.Unsafe<string | null>({
        type: ['string', 'null'],
        format: 'uuid',
        description: 'The prediction that the feedback is about.',
      }),
    ),
    user_id: optionalString(128, 'The author. Erasure and export of a subject use this id.'),
    screenshot: Type.Optional(
      Type.Unsafe<string | string[] | null>({
        type: ['string', 'array', 'null'],
        items: { type: 'string' },
        description:
          'PNG, JPEG or WebP images as data URLs. A refused screenshot is reported in `warnings`; the text is still recorded.',
      }),
    ),
    website: Type.Optional(
      Type.Unsafe<string | null>({
        type: ['string', 'null'],
        maxLength: 2048,
        description: 'Honeypot: hide this field in your form and leave it empty. Spam bots fill it in.',
      }),
    ),
    elapsed_ms: Type.Optional(
      Type.Unsafe<number | null>({
        type: ['integer', 'null'],
        minimum: 0,
        maximum: 1_000_000_000_000,
        description: 'Milliseconds between opening the form and sending it.',
      }),
    ),
  },
  {
    $id: 'NewFeedback',
    additionalProperties: false,
    example: {
      session_id: 's-1',
      category: 'bug',
      description: 'The chart is empty.',
      url: 'https://app.example.com/report',
      timestamp: '2026-11-22T09:30:00Z',
    },
  },
);
export type Submit = Static<typeof SubmitSchema>;

const formJson = (description: string) => Type.Optional(Type.String({ description }));

/** Form variant of SubmitSchema for the API document: fields are text, screenshots are files. */
export const SubmitFormSchema = Type.Object(
  {
    ...SubmitSchema.properties,
    timestamp: Type.String({
      minLength: 1,
      maxLength: 100,
      description: "Time on the client's clock. A value that cannot be parsed is stored unchanged.",
      example: '2026-11-22T09:30:00Z',
    }),
    annotation_coords: formJson('Drawings on the screenshot: at most 64 KiB of JSON.'),
    api_state: formJson('State of the page: at most 64 KiB of JSON. It is encrypted at rest.'),
    screenshot: Type.Optional(
      Type.Array(BINARY, {
        description:
          'PNG, JPEG or WebP files, after the text fields. A refused screenshot is reported in `warnings`; the text is still recorded.',
      }),
    ),
  },
  { $id: 'NewFeedbackForm', additionalProperties: false },
);

export function submitRules({ annotation_coords, api_state, prediction_id }: Submit): FieldError[] {
  const errors: FieldError[] = [];
  if (typeof prediction_id === 'string' && !isUuid(prediction_id))
    errors.push({ path: 'prediction_id', message: 'must be a UUID' });
  for (const [path, value] of Object.entries({ annotation_coords, api_state })) {
    if (value != null && Buffer.byteLength(JSON.stringify(value)) > MAX_JSON_BYTES)
      errors.push({ path, message: 'must not be larger than 64 KiB as JSON' });
  }
  return errors;
}

export const submitValidator = new SchemaValidator(SubmitSchema, submitRules);

/** A text of a stored submission. Legacy systems had no limits, and left some empty. */
const storedText = Type.String({ maxLength: 1_000_000 });

/** Checks a submission that was stored already, and returns in a file. */
export const storedValidator = new SchemaValidator(
  Type.Object(
    {
      ...SubmitSchema.properties,
      description: storedText,
      url: storedText,
      timestamp: Type.Unsafe<string | number>({ type: ['string', 'number'] }),
    },
    { additionalProperties: false },
  ),
);

const JSON_FIELDS = ['annotation_coords', 'api_state'] as const;

/**
 * Converts form fields to the equivalent JSON body.
 *
 * @throws ValidationError (422) naming a field whose JSON is nested too deeply or cannot be stored
 */
export function fromForm(fields: Readonly<Record<string, string>>): Record<string, unknown> {
  const body: Record<string, unknown> = { ...fields };
  for (const name of JSON_FIELDS) if (typeof body[name] === 'string') body[name] = parsed(name, body[name]);
  if (typeof body.elapsed_ms === 'string' && /^\d{1,12}$/.test(body.elapsed_ms))
    body.elapsed_ms = Number(body.elapsed_ms);
  // A form sends an empty field instead of leaving it out.
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== ''));
}

export function toSubmission(body: Submit): SubmissionInput {
  return {
    sessionId: body.session_id,
    category: body.category.trim(),
    description: body.description,
    url: body.url,
    timestamp: clientTime(body.timestamp),
    browser: body.browser ?? null,
    os: body.os ?? null,
    screenResolution: body.screen_resolution ?? null,
    viewportSize: body.viewport_size ?? null,
    userId: body.user_id ?? null,
    predictionId: body.prediction_id?.toLowerCase() ?? null,
    annotationCoords: body.annotation_coords ?? null,
    apiState: body.api_state ?? null,
    honeypot: body.website ?? null,
    elapsedMs: body.elapsed_ms ?? null,
  };
}

/**
 * Converts ISO 8601, or the seconds or milliseconds since 1970 that many clients send, to ISO 8601. Returns other values
 * unchanged.
 */
export function clientTime(value: string | number): string {
  const time = typeof value === 'string' ? parseTime(value) : timeOfNumber(value);
  return time === undefined ? String(value) : formatTime(time);
}

/** Parses JSON that a legacy client sent as text. Text that is not JSON stays text. */
function parsed(path: string, text: string): unknown {
  try {
    return parseJson(Buffer.from(text));
  } catch (error) {
    if (!(error instanceof UnreadableRequestError)) throw error;
    if (error.code === 'malformed_json' || error.code === 'empty_body') return text;
    throw new ValidationError([{ path, message: error.message }]);
  }
}

export const WarningSchema = Type.Object(
  { path: Type.String(), code: Type.String(), message: Type.String() },
  { $id: 'FeedbackWarning' },
);
export const SubmittedSchema = Type.Object(
  {
    success: Type.Boolean(),
    id: Type.String({ format: 'uuid' }),
    link: Type.Unsafe<'linked' | 'pending' | null>({
      type: ['string', 'null'],
      description:
        'Link to the prediction; null without `prediction_id`. `pending` until the prediction is recorded, or if the request had no ' +
        'key or token.',
    }),
    warnings: Type.Array(WarningSchema, { description: 'Screenshots that were refused.' }),
  },
  { $id: 'RecordedFeedback' },
);
export type Submitted = Static<typeof SubmittedSchema>;
