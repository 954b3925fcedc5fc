import type { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { cutText, decodeText, faultOfText, UnreadableRequestError, ValidationError } from '#kernel';
import { BodyMemory } from './body-memory.js';
import { takeCharsets } from './part-charsets.js';
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
  /** Whether it was sent as a field, such as a data URL. */
  isText: boolean;
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
  /** The field that may hold a file as text, which has a limit of its own. */
  textFile?: { field: string; maxBytes: number };
  /**
   * Called when the first file begins, with the fields before it. Throwing here refuses files before they use memory.
   */
  beforeFiles?: (fields: Readonly<Record<string, string>>) => void;
}

const MAX_FIELDS = 40;
const MAX_NAME_LENGTH = 100;
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
  const charset = takeCharsets(parser);
  let checked = false;
  const done = new Promise<void>((resolve, reject) => {
    parser.on('finish', resolve);
    parser.on('error', () => reject(malformed()));
    for (const limit of ['fieldsLimit', 'filesLimit', 'partsLimit'])
      parser.on(limit, () => reject(new UnreadableRequestError('too_many_parts', 'The form has too many parts.')));
    // An exception inside the parser would end the process.
    parser.on('field', (name, value, nameTruncated, valueTruncated) => {
      rejectOnThrow(reject, () =>
        addField(form.fields, name, { value, charset: charset() }, nameTruncated || valueTruncated),
      );
    });
    parser.on('file', (field, file, filename, _encoding, type) => {
      // A form that ends inside a file raises an error on the file as well.
      file.on('error', () => reject(malformed()));
      rejectOnThrow(reject, () => {
        if (typeof field !== 'string') throw malformed();
        const isText = !isFile(type, filename);
        if (!isText && !checked) {
          checked = true;
          limits.beforeFiles?.(form.fields);
        }
        if (form.files.length < limits.maxFiles) {
          const maxBytes = isText ? (limits.textFile?.maxBytes ?? 0) : limits.maxFileBytes;
          const entry: FormFile = { field, bytes: undefined, isText };
          form.files.push(entry);
          collect(file, entry, maxBytes, (bytes) => rejectOnThrow(reject, () => memory.reserve(bytes)));
        } else {
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

function parserFor(
  contentType: string,
  { maxFieldBytes, maxFileBytes, maxFiles, textFile }: FormLimits,
): BusboyInstance {
  const limits = {
    fields: MAX_FIELDS,
    files: maxFiles + MAX_SURPLUS_FILES,
    parts: MAX_FIELDS + maxFiles + MAX_SURPLUS_FILES,
    fieldSize: maxFieldBytes,
    fieldNameSize: 100,
    fileSize: Math.max(maxFileBytes, textFile?.maxBytes ?? 0),
    headerPairs: 50,
  };
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits,
      defCharset: 'latin1',
      isPartAFile: (field, type, filename) =>
        isFile(type, filename) || (field !== undefined && field === textFile?.field),
    });
  } catch {
    throw malformed();
  }
}

function isFile(type: string | undefined, filename: string | undefined): boolean {
  return filename !== undefined || type === 'application/octet-stream';
}

function collect(file: BusboyFileStream, entry: FormFile, maxBytes: number, onBytes: (bytes: number) => void): void {
  let chunks: Buffer[] = [];
  let size = 0;
  file.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) {
      chunks = [];
      return;
    }
    onBytes(chunk.length);
    chunks.push(chunk);
  });
  file.on('limit', () => {
    chunks = [];
  });
  file.on('end', () => {
    if (!file.truncated && size <= maxBytes) entry.bytes = Buffer.concat(chunks);
  });
}

/** @throws ValidationError, UnreadableRequestError */
function addField(
  fields: Record<string, string>,
  name: unknown,
  { charset, value }: { value: unknown; charset: string | undefined },
  truncated: boolean,
): void {
  if (typeof name !== 'string' || typeof value !== 'string') throw malformed();
  const path = cutText(name, MAX_NAME_LENGTH).toWellFormed().replaceAll('\0', '\ufffd');
  if (name in Object.prototype || Object.hasOwn(fields, name))
    throw new ValidationError([{ path, message: 'must be given once' }]);
  if (truncated) throw new ValidationError([{ path, message: 'is too long' }]);
  // One character for each byte: see `takeCharsets`.
  const text = decodeText(Buffer.from(value, 'latin1'), charset);
  if (text === undefined) {
    throw new UnreadableRequestError('invalid_utf8', `A field of the form is not valid ${charset ?? 'UTF-8'}.`, [
      { path, message: `must be text in ${charset ?? 'UTF-8, unless the part declares another charset'}` },
    ]);
  }
  const fault = faultOfText(text) ?? faultOfText(name);
  if (fault)
    throw new UnreadableRequestError(fault.code, 'The form holds a NUL character.', [{ path, message: fault.message }]);
  fields[name] = text;
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
