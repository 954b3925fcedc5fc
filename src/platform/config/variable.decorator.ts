import 'reflect-metadata';
import { IsBoolean, IsInt, IsOptional, Max, Min } from 'class-validator';

export type VariableKind = 'string' | 'integer' | 'boolean' | 'list';

export interface VariableOptions {
  name: string;
  kind: VariableKind;
  description: string;
  /** Other names of the variable, read if `name` is not set. */
  aliases?: readonly string[];
  /** Masked in all output. `<NAME>_FILE` may name a file that contains the value. */
  secret?: boolean;
  /** Description of a default that is not a constant or not set. */
  defaultText?: string;
  /** Value in `.env.example`. */
  example?: string;
}

export interface VariableDefinition extends VariableOptions {
  property: string;
  /** Property of the configuration that holds the group. */
  group: string;
  /** Heading of the group in documents. */
  title: string;
}

/** A group of settings, declared by `Nested`. */
export interface SettingsGroup {
  property: string;
  title: string;
  type: new () => object;
}

const DEFINITIONS = Symbol('variables');

type Declared = VariableOptions & { property: string };

/** Declares a property of a settings class as an environment variable. */
export function Variable(options: VariableOptions): PropertyDecorator {
  return (target, property) => {
    const list = (Reflect.getMetadata(DEFINITIONS, target) as Declared[] | undefined) ?? [];
    Reflect.defineMetadata(DEFINITIONS, [...list, { ...options, property: String(property) }], target);
  };
}

/** Declares a whole number from `min` to `max`. */
export function IntegerVariable(min: number, max: number, options: Omit<VariableOptions, 'kind'>): PropertyDecorator {
  return all(Variable({ ...options, kind: 'integer' }), IsInt(), Min(min), Max(max));
}

/** Declares a whole number from `min` to `max` that may be absent. */
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

const GROUPS = Symbol('groups');

/** Declares a property of the configuration as a group of settings. `title` is its heading in documents. */
export function Nested(title: string, type: new () => object): PropertyDecorator {
  return (target, property) => {
    Reflect.defineMetadata(GROUPS, [...groupsAt(target), { property: String(property), title, type }], target);
  };
}

/** Returns the groups of a configuration class, in the order of their declaration. */
export function groupsOf(type: new () => object): SettingsGroup[] {
  return groupsAt(type.prototype as object);
}

function groupsAt(target: object): SettingsGroup[] {
  return (Reflect.getMetadata(GROUPS, target) as SettingsGroup[] | undefined) ?? [];
}

/** Names that `readAlso` added, by variable. */
const addedNames = new Map<string, readonly string[]>();

/**
 * Adds names of variables, such as those of legacy systems. Entry points call it before they load the configuration.
 */
export function readAlso(names: Readonly<Record<string, readonly string[]>>): void {
  for (const [variable, others] of Object.entries(names)) addedNames.set(variable, others);
}

/** Returns the variables of all groups of a configuration class, in the order of their declaration. */
export function variablesOf(type: new () => object): VariableDefinition[] {
  return groupsOf(type).flatMap((group) => {
    const declared = Reflect.getMetadata(DEFINITIONS, group.type.prototype as object) as Declared[] | undefined;
    return (declared ?? []).map((each) => {
      const aliases = [...(each.aliases ?? []), ...(addedNames.get(each.name) ?? [])];
      return { ...each, ...(aliases.length > 0 ? { aliases } : {}), group: group.property, title: group.title };
    });
  });
}
