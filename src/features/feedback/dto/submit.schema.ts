import { type Static, Type } from '@sinclair/typebox';
import { type FieldError, formatTime, isUuid, parseTime, UnreadableRequestError, ValidationError } from '#kernel';
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
      description: 'Time on the clock of the client. A value that cannot be read is kept as it is.',
      example: '2026-11-22T09:30:00Z',
    }),
    browser: optionalString(255, 'Name and version.'),
    os: optionalString(255, 'Name and version.'),
    screen_resolution: optionalString(64, 'Such as 1920x1080.'),
    viewport_size: optionalString(64, 'Such as 1280x720.'),
    annotation_coords: anyJson('Drawings on the screenshot: JSON up to 64 KiB, or a string that holds it.'),
    api_state: anyJson('State of the page: JSON up to 64 KiB, or a string that holds it; encrypted at rest.'),
    prediction_id: Type.Optional(
      Type.Unsafe<string | null>({
        type: ['string', 'null'],
        format: 'uuid',
        description: 'The prediction that the feedback is about.',
      }),
    ),
    user_id: optionalString(128, 'The author; erasure and export of a data subject go by it.'),
    screenshot: Type.Optional(
      Type.Unsafe<string | string[] | null>({
        type: ['string', 'array', 'null'],
        items: { type: 'string' },
        description:
          'One or several PNG, JPEG or WebP pictures as data URLs. A refused picture is reported in `warnings`; the text is kept.',
      }),
    ),
    website: Type.Optional(
      Type.Unsafe<string | null>({
        type: ['string', 'null'],
        maxLength: 2048,
        description: 'Leave it empty and hide it in your form: spam programs fill it in and give themselves away.',
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

/** The same as a form, for the API document: fields are text, pictures are files. */
export const SubmitFormSchema = Type.Object(
  {
    ...SubmitSchema.properties,
    timestamp: Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'Time on the clock of the client. A value that cannot be read is kept as it is.',
      example: '2026-11-22T09:30:00Z',
    }),
    annotation_coords: formJson('Drawings on the screenshot: JSON up to 64 KiB.'),
    api_state: formJson('State of the page: JSON up to 64 KiB, encrypted at rest.'),
    screenshot: Type.Optional(
      Type.Array(BINARY, {
        description:
          'PNG, JPEG or WebP files, after the text fields. A refused picture is reported in `warnings`; the text is kept.',
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

const JSON_FIELDS = ['annotation_coords', 'api_state'] as const;

/** Fields of a form as the JSON body they stand for. @throws ValidationError naming a field whose JSON cannot be kept */
export function fromForm(fields: Readonly<Record<string, string>>): Record<string, unknown> {
  const body: Record<string, unknown> = { ...fields };
  for (const name of JSON_FIELDS) if (typeof body[name] === 'string') body[name] = parsed(name, body[name]);
  if (typeof body.elapsed_ms === 'string' && /^\d{1,12}$/.test(body.elapsed_ms))
    body.elapsed_ms = Number(body.elapsed_ms);
  // A form cannot leave a field out; it sends it empty.
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

/** Milliseconds since 1970 as many clients send them, or ISO 8601; anything else stays what it is. */
function clientTime(value: string | number): string {
  const isTime = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 253_402_300_799_999;
  const time = typeof value === 'string' ? parseTime(value) : isTime ? value : undefined;
  return time === undefined ? String(value) : formatTime(time);
}

/** Older clients send JSON as a text; what is none stays a text, what is too deep or cannot be stored is refused by name. */
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
        'Link to the prediction; null without `prediction_id`. `pending` until the prediction arrives, and when it was named without a ' +
        'key or token.',
    }),
    warnings: Type.Array(WarningSchema, { description: 'Pictures that were refused.' }),
  },
  { $id: 'RecordedFeedback' },
);
export type Submitted = Static<typeof SubmittedSchema>;
