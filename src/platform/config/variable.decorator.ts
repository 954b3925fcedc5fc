import 'reflect-metadata';
import { IsBoolean, IsInt, IsOptional, Max, Min } from 'class-validator';

export type VariableKind = 'string' | 'integer' | 'boolean' | 'list';

export interface VariableOptions {
  name: string;
  group: string;
  kind: VariableKind;
  description: string;
  /** Older names for the same value, read when the first is absent. */
  aliases?: readonly string[];
  /** Masked in every output; `<NAME>_FILE` may name a file that holds it. */
  secret?: boolean;
  /** What stands in the documentation where the default is worked out at start. */
  defaultText?: string;
  /** A value for the example file. */
  example?: string;
}

export interface VariableDefinition extends VariableOptions {
  property: string;
}

const DEFINITIONS = Symbol('variables');

/** Declares a property of the configuration class as an environment variable. */
export function Variable(options: VariableOptions): PropertyDecorator {
  return (target, property) => {
    const list = (Reflect.getMetadata(DEFINITIONS, target) as VariableDefinition[] | undefined) ?? [];
    Reflect.defineMetadata(DEFINITIONS, [...list, { ...options, property: String(property) }], target);
  };
}

/** A whole number from `min` to `max`. */
export function IntegerVariable(min: number, max: number, options: Omit<VariableOptions, 'kind'>): PropertyDecorator {
  return all(Variable({ ...options, kind: 'integer' }), IsInt(), Min(min), Max(max));
}

/** The same, or nothing. */
export function OptionalIntegerVariable(
  min: number,
  max: number,
  options: Omit<VariableOptions, 'kind'>,
): PropertyDecorator {
  return all(IsOptional(), IntegerVariable(min, max, options));
}

export function BooleanVariable(options: Omit<VariableOptions, 'kind'>): PropertyDecorator {
  return all(Variable({ ...options, kind: 'boolean' }), IsBoolean());
}

function all(...decorators: PropertyDecorator[]): PropertyDecorator {
  return (target, property) => decorators.forEach((decorate) => decorate(target, property));
}

/** The variables that `type` declares, in order. */
export function variablesOf(type: new () => object): VariableDefinition[] {
  return (Reflect.getMetadata(DEFINITIONS, type.prototype as object) as VariableDefinition[] | undefined) ?? [];
}
