import type { ErrorObject } from 'ajv';

/** Message of each type of a JSON Schema. */
const TYPES: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

export const mustBe = (types: readonly string[]): string =>
  `must be ${types.map((type) => TYPES[type] ?? type).join(' or ')}`;
export const mustBeOneOf = (values: readonly unknown[]): string => `must be one of ${values.map(String).join(', ')}`;

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
const atLeast = (count: number, unit: string): string =>
  count === 1 ? 'must not be empty' : `must have at least ${counted(count, unit)}`;
const atMost = (count: number, unit: string): string => `must have at most ${counted(count, unit)}`;

const KEYWORDS: Record<string, (params: Record<string, unknown>) => string> = {
  required: () => 'is required',
  additionalProperties: () => 'is not a known field',
  propertyNames: () => 'has a name that is not allowed',
  pattern: () => 'must not be blank',
  type: ({ type }) => mustBe(Array.isArray(type) ? (type as string[]) : String(type).split(',')),
  enum: ({ allowedValues }) => mustBeOneOf(allowedValues as unknown[]),
  const: ({ allowedValue }) => `must be ${String(allowedValue)}`,
  minimum: ({ limit }) => `must be at least ${String(limit)}`,
  maximum: ({ limit }) => `must be at most ${String(limit)}`,
  exclusiveMinimum: ({ limit }) => `must be more than ${String(limit)}`,
  exclusiveMaximum: ({ limit }) => `must be less than ${String(limit)}`,
  minLength: ({ limit }) => atLeast(Number(limit), 'character'),
  maxLength: ({ limit }) => atMost(Number(limit), 'character'),
  minItems: ({ limit }) => atLeast(Number(limit), 'item'),
  maxItems: ({ limit }) => atMost(Number(limit), 'item'),
  minProperties: ({ limit }) => atLeast(Number(limit), 'field'),
  maxProperties: ({ limit }) => atMost(Number(limit), 'field'),
  uniqueItems: () => 'must not hold an item twice',
};

/** Returns the message for an error of Ajv, in the wording that all checks share. */
export function messageOfKeyword({ keyword, message, params }: ErrorObject): string {
  return KEYWORDS[keyword]?.(params as Record<string, unknown>) ?? message ?? 'is invalid';
}

/** Rules of class-validator about the type. If one fails, rules about the value say nothing more. */
const TYPE_RULES: Record<string, string> = {
  isInt: mustBe(['integer']),
  isNumber: mustBe(['number']),
  isBoolean: mustBe(['boolean']),
  isString: mustBe(['string']),
};

/** Rules about the value. class-validator passes their limits only in its own text. */
const VALUE_RULES: [pattern: RegExp, message: (limit: string) => string][] = [
  [/must not be less than (\S+)/, (limit) => `must be at least ${limit}`],
  [/must not be greater than (\S+)/, (limit) => `must be at most ${limit}`],
  [/must be longer than or equal to (\d+)/, (limit) => atLeast(Number(limit), 'character')],
  [/must be shorter than or equal to (\d+)/, (limit) => atMost(Number(limit), 'character')],
  [/must be one of the following values: (.*)/, (values) => `must be one of ${values.replaceAll(/,\s*/g, ', ')}`],
];

/** Returns the messages for the failed rules of one property, in the wording that all checks share. */
export function messagesOfRules(property: string, constraints: Readonly<Record<string, string>>): string[] {
  if ('whitelistValidation' in constraints) return ['is not a known field'];
  const wrongType = Object.keys(constraints).find((rule) => Object.hasOwn(TYPE_RULES, rule));
  if (wrongType !== undefined) return [TYPE_RULES[wrongType] as string];
  return Object.values(constraints).map((text) => {
    for (const [pattern, message] of VALUE_RULES) {
      const limit = pattern.exec(text)?.[1];
      if (limit !== undefined) return message(limit);
    }
    return text.replace(`${property} `, '');
  });
}
