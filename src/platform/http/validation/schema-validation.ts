import type { Static, TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject } from 'ajv';
import { type FieldError, ValidationError } from '#kernel';
import { withoutNames } from './schemas.js';
import { messageOfKeyword } from './wording.js';

// Reports all errors of a body, but bounded: an array of thousands of invalid values must not produce megabytes.
const MAX_ERRORS = 100;
const ajv = new Ajv({
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  useDefaults: false,
  coerceTypes: false,
  verbose: false,
});
// Keywords that only the API document uses.
ajv.addKeyword('example');
ajv.addFormat('date-time', true);
ajv.addFormat('uuid', true);

/** A check of untrusted input against a schema. The API document shows the same schema. */
export class SchemaValidator<S extends TSchema> {
  private compiled: ReturnType<typeof ajv.compile> | undefined;

  constructor(
    readonly schema: S,
    /** Rules that a schema cannot express. They also run on refused objects, and skip fields of a wrong type. */
    private readonly rules: (value: Static<S>) => FieldError[] = () => [],
  ) {}

  /** Compiled at the first use: compiling all of them is a fifth of the CPU time of a start. */
  private get check(): ReturnType<typeof ajv.compile> {
    this.compiled ??= ajv.compile(withoutNames(this.schema));
    return this.compiled;
  }

  /** Returns the field errors of `value`; the list is empty when it is valid. */
  errors(value: unknown): FieldError[] {
    if (this.check(value)) return this.rules(value as Static<S>);
    // Ajv reports an invalid name twice; only the error that carries the name is kept.
    const found = (this.check.errors ?? []).filter(({ propertyName }) => propertyName === undefined);
    const errors = mergeAlternatives(found.slice(0, MAX_ERRORS)).map(toFieldError);
    if (typeof value !== 'object' || value === null) return errors;
    const named = new Set(errors.map(({ path }) => path));
    return [...errors, ...this.rules(value as Static<S>).filter(({ path }) => !named.has(path))];
  }

  /** @throws ValidationError naming every invalid field */
  parse(value: unknown): Static<S> {
    const errors = this.errors(value);
    if (errors.length > 0) throw new ValidationError(errors);
    return value as Static<S>;
  }
}

function toFieldError(error: ErrorObject): FieldError {
  const { instancePath, keyword, params } = error;
  const base = instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
  const message = messageOfKeyword(error);
  const name = NAMING_KEYWORDS.get(keyword);
  if (name === undefined) return { path: base, message };
  const member = String((params as Record<string, unknown>)[name]);
  return { path: base === '' ? member : `${base}.${member}`, message };
}

/** Keywords that report an object because of one of its members, with the parameter that names the member. */
const NAMING_KEYWORDS = new Map([
  ['required', 'missingProperty'],
  ['additionalProperties', 'additionalProperty'],
  ['propertyNames', 'propertyName'],
]);

/**
 * Returns one error for each wrong value. If a value may match one of several schemas, Ajv reports each of them: the value
 * should be a string, should be null, and should match something.
 */
function mergeAlternatives(errors: readonly ErrorObject[]): ErrorObject[] {
  let merged = [...errors];
  for (const whole of errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')) {
    const isBranch = (error: ErrorObject): boolean => error.schemaPath.startsWith(`${whole.schemaPath}/`);
    const isType = (error: ErrorObject): boolean =>
      isBranch(error) && error.keyword === 'type' && error.instancePath === whole.instancePath;
    const isPrecise = merged.some((error) => isBranch(error) && !isType(error));
    const types = merged.filter(isType).flatMap(({ params }) => [(params as { type: string | string[] }).type].flat());
    if (!isPrecise && types.length === 0) continue;
    merged = merged.flatMap((error) => {
      if (isType(error)) return [];
      if (error !== whole) return [error];
      return isPrecise ? [] : [{ ...whole, keyword: 'type', params: { type: [...new Set(types)] } }];
    });
  }
  // An empty text breaks its minimum length and its pattern; the first says enough.
  const isNamed = ({ instancePath }: ErrorObject): boolean =>
    merged.some((error) => error.keyword === 'minLength' && error.instancePath === instancePath);
  return merged.filter((error) => error.keyword !== 'pattern' || !isNamed(error));
}
