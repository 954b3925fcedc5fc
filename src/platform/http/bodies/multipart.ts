import type { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { cutText, UnreadableRequestError, ValidationError } from '#kernel';
import { BodyMemory } from './body-memory.js';
import { BrokenBodyError, withMinimumRate } from './streams.js';

/** A `multipart/form-data` body that has not been read. */
export class MultipartBody {
  constructor(
    readonly stream: Readable,
    readonly contentType: string,
  ) {}
}

export interface FormFile {
  field: string;
  /** Undefined when the file was larger than allowed; it was read to its end and dropped. */
  bytes: Buffer | undefined;
}

export interface MultipartForm {
  fields: Record<string, string>;
  files: FormFile[];
  /** Number of files beyond the allowed number; they were dropped. */
  surplusFiles: number;
}

export interface FormLimits {
  maxFiles: number;
  maxFileBytes: number;
  maxFieldBytes: number;
  /**
   * Called when the first file begins, with the fields before it. Throwing here refuses files before they use memory.
   */
  beforeFiles?: (fields: Readonly<Record<string, string>>) => void;
}

const MAX_FIELDS = 40;
/** Files beyond the allowed number are counted up to this limit. */
const MAX_SURPLUS_FILES = 20;
const MAX_DURATION_MS = 120_000;

/**
 * Reads a form as it arrives. A file that is too large or beyond the allowed number is dropped and uses no memory.
 * @throws UnreadableRequestError (400) when it is not a complete form
 * @throws ValidationError naming a field that is too long or sent twice
 * @throws AppError 408 when the body stalls, 503 when too many large bodies are being read
 * @throws the error of `beforeFiles`
 */
export async function readMultipart(body: MultipartBody, limits: FormLimits): Promise<MultipartForm> {
  const memory = new BodyMemory();
  try {
    return await read(body, limits, memory);
  } finally {
    memory.release();
  }
}

async function read(
  { contentType, stream }: MultipartBody,
  limits: FormLimits,
  memory: BodyMemory,
): Promise<MultipartForm> {
  const form: MultipartForm = { fields: {}, files: [], surplusFiles: 0 };
  const parser = parserFor(contentType, limits);
  const done = new Promise<void>((resolve, reject) => {
    parser.on('finish', resolve);
    parser.on('error', () => reject(malformed()));
    for (const limit of ['fieldsLimit', 'filesLimit', 'partsLimit'])
      parser.on(limit, () => reject(new UnreadableRequestError('too_many_parts', 'The form has too many parts.')));
    // An exception inside the parser would end the process.
    parser.on('field', (name, value, nameTruncated, valueTruncated) => {
      rejectOnThrow(reject, () => addField(form.fields, name, value, nameTruncated || valueTruncated));
    });
    parser.on('file', (field, file) => {
      // A form that ends inside a file raises an error on the file as well.
      file.on('error', () => reject(malformed()));
      rejectOnThrow(reject, () => {
        if (form.files.length === 0 && form.surplusFiles === 0) limits.beforeFiles?.(form.fields);
        if (typeof field !== 'string') throw malformed();
        if (form.files.length < limits.maxFiles)
          collect(file, field, form, (bytes) => rejectOnThrow(reject, () => memory.reserve(bytes)));
        else {
          form.surplusFiles += 1;
          file.resume();
        }
      });
    });
  });
  // Prevents an unhandled rejection when it fails before the first await.
  done.catch(() => undefined);
  try {
    for await (const chunk of withMinimumRate(stream, MAX_DURATION_MS))
      await Promise.race([write(parser, chunk), done]);
    parser.end();
    await done;
  } catch (error) {
    stream.resume();
    throw error instanceof BrokenBodyError ? error.problem : error;
  }
  return form;
}

function rejectOnThrow(reject: (error: unknown) => void, work: () => void): void {
  try {
    work();
  } catch (error) {
    reject(error);
  }
}

function parserFor(contentType: string, { maxFieldBytes, maxFileBytes, maxFiles }: FormLimits): BusboyInstance {
  const limits = {
    fields: MAX_FIELDS,
    files: maxFiles + MAX_SURPLUS_FILES,
    parts: MAX_FIELDS + maxFiles + MAX_SURPLUS_FILES,
    fieldSize: maxFieldBytes,
    fieldNameSize: 100,
    fileSize: maxFileBytes,
    headerPairs: 50,
  };
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits });
  } catch {
    throw malformed();
  }
}

function collect(file: BusboyFileStream, field: string, form: MultipartForm, onBytes: (bytes: number) => void): void {
  const entry: FormFile = { field, bytes: undefined };
  form.files.push(entry);
  let chunks: Buffer[] = [];
  file.on('data', (chunk: Buffer) => {
    onBytes(chunk.length);
    chunks.push(chunk);
  });
  file.on('limit', () => {
    chunks = [];
  });
  file.on('end', () => {
    if (!file.truncated) entry.bytes = Buffer.concat(chunks);
  });
}

/** @throws ValidationError, UnreadableRequestError */
function addField(fields: Record<string, string>, name: unknown, value: unknown, truncated: boolean): void {
  if (typeof name !== 'string' || typeof value !== 'string') throw malformed();
  const path = cutText(name, 100).toWellFormed();
  if (value.includes('\0') || name.includes('\0')) {
    throw new UnreadableRequestError('nul_character', 'The form holds a NUL character.', [
      { path: path.replaceAll('\0', '\ufffd'), message: 'must not contain a NUL character (U+0000)' },
    ]);
  }
  if (name in Object.prototype || Object.hasOwn(fields, name))
    throw new ValidationError([{ path, message: 'must be given once' }]);
  if (truncated) throw new ValidationError([{ path, message: 'is too long' }]);
  fields[name] = value.toWellFormed();
}

function malformed(): UnreadableRequestError {
  return new UnreadableRequestError('malformed_form', 'The body is not a complete multipart/form-data form.');
}

function write(parser: BusboyInstance, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (parser.write(chunk)) resolve();
    else parser.once('drain', () => resolve());
  });
}
