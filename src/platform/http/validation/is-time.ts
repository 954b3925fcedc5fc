import { registerDecorator, type ValidationArguments } from 'class-validator';
import { NOT_A_TIME, parseTime } from '#kernel';

const timeOf = (value: unknown): number | undefined => (typeof value === 'string' ? parseTime(value) : undefined);

/**
 * The parameter is an ISO 8601 time that is not after the parameter `notAfter`. Checked with all other parameters, so
 * that a response names every invalid one at once.
 */
export function IsTime(notAfter?: string): PropertyDecorator {
  return (target, property) => {
    const endOf = ({ object }: ValidationArguments): number | undefined =>
      notAfter === undefined ? undefined : timeOf((object as Record<string, unknown>)[notAfter]);
    registerDecorator({
      name: 'isTime',
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value, args) => {
          const time = timeOf(value);
          const end = args ? endOf(args) : undefined;
          return time !== undefined && (end === undefined || time <= end);
        },
        defaultMessage: (args) =>
          args === undefined || timeOf(args.value) === undefined
            ? NOT_A_TIME
            : `must not be after "${String(notAfter)}"`,
      },
    });
  };
}
