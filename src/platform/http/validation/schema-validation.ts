import type { Static, TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject } from 'ajv';
import { type FieldError, ValidationError } from '#kernel';
import { withoutNames } from './schemas.js';

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
    const errors = found.slice(0, MAX_ERRORS).map(toFieldError);
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

function toFieldError({ instancePath, keyword, params, message }: ErrorObject): FieldError {
  const base = instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~');
  const join = (name: unknown): string => (base === '' ? String(name) : `${base}.${String(name)}`);
  if (keyword === 'required') return { path: join(params.missingProperty), message: 'is required' };
  if (keyword === 'additionalProperties')
    return { path: join(params.additionalProperty), message: 'is not a known field' };
  if (keyword === 'propertyNames')
    return { path: join(params.propertyName), message: 'has a name that is not allowed' };
  if (keyword === 'pattern') return { path: base, message: 'must not be blank' };
  if (keyword === 'type') return { path: base, message: `must be ${String(params.type).replace(',', ' or ')}` };
  if (keyword === 'enum')
    return { path: base, message: `must be one of ${(params.allowedValues as string[]).join(', ')}` };
  return { path: base, message: message ?? 'is invalid' };
}
