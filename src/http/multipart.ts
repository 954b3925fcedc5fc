import type { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { UnreadableRequestError, ValidationError } from '../common/index.js';
import { BodyBrokenError, withFloor } from './streams.js';

/** A `multipart/form-data` body that has not been read. */
export class MultipartBody {
  constructor(
    readonly stream: Readable,
    readonly contentType: string,
  ) {}
}

export interface FormFile {
  field: string;
  /** Undefined when it was larger than allowed: it was read to its end and thrown away. */
  bytes: Buffer | undefined;
}

export interface MultipartForm {
  fields: Record<string, string>;
  files: FormFile[];
  /** Files beyond the number allowed, thrown away. */
  surplusFiles: number;
}

export interface FormLimits {
  mostFiles: number;
  mostFileBytes: number;
  mostFieldBytes: number;
}

const MOST_FIELDS = 40;

/**
 * Reads a form as it arrives; a file that is too large, or one too many, is thrown away as it comes and costs no memory.
 * @throws UnreadableRequestError (400) when it is no form, ValidationError naming a field that is too long or given twice,
 * AppError 408 when it stalls
 */
export async function readMultipart(
  { contentType, stream }: MultipartBody,
  limits: FormLimits,
): Promise<MultipartForm> {
  const form: MultipartForm = { fields: {}, files: [], surplusFiles: 0 };
  const parser = parserFor(contentType, limits);
  const done = new Promise<void>((resolve, reject) => {
    parser.on('finish', resolve);
    parser.on('error', () => reject(malformed()));
    parser.on('fieldsLimit', () =>
      reject(new UnreadableRequestError('too_many_fields', 'The form has too many fields.')),
    );
    parser.on('field', (name, value, nameTruncated, valueTruncated) => {
      const problem = addField(form.fields, name, value, nameTruncated || valueTruncated);
      if (problem) reject(problem);
    });
    parser.on('file', (field, file) => {
      if (form.files.length >= limits.mostFiles) {
        form.surplusFiles += 1;
        file.resume();
      } else collect(file, field, form);
    });
  });
  // Nobody may be waiting for it yet when it fails.
  done.catch(() => undefined);
  try {
    for await (const chunk of withFloor(stream)) await Promise.race([write(parser, chunk), done]);
    parser.end();
    await done;
  } catch (error) {
    stream.resume();
    throw error instanceof BodyBrokenError ? error.problem : error;
  }
  return form;
}

function parserFor(contentType: string, { mostFieldBytes, mostFileBytes }: FormLimits): BusboyInstance {
  const limits = {
    fields: MOST_FIELDS,
    fieldSize: mostFieldBytes,
    fieldNameSize: 100,
    fileSize: mostFileBytes,
    headerPairs: 50,
  };
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits });
  } catch {
    throw malformed();
  }
}

function collect(file: BusboyFileStream, field: string, form: MultipartForm): void {
  const entry: FormFile = { field, bytes: undefined };
  form.files.push(entry);
  let chunks: Buffer[] = [];
  file.on('data', (chunk: Buffer) => chunks.push(chunk));
  file.on('limit', () => {
    chunks = [];
  });
  file.on('end', () => {
    if (!file.truncated) entry.bytes = Buffer.concat(chunks);
  });
}

function addField(fields: Record<string, string>, name: string, value: string, truncated: boolean): Error | undefined {
  if (name === '__proto__' || name in Object.prototype || Object.hasOwn(fields, name))
    return new ValidationError([{ path: name.slice(0, 100), message: 'must be given once' }]);
  if (truncated) return new ValidationError([{ path: name.slice(0, 100), message: 'is too long' }]);
  if (value.includes('\0') || name.includes('\0')) {
    return new UnreadableRequestError('nul_character', 'The form holds a NUL character.', [
      { path: name.replaceAll('\0', '\ufffd'), message: 'must not contain a NUL character (U+0000)' },
    ]);
  }
  fields[name] = value.toWellFormed();
  return undefined;
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
