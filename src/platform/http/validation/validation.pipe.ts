import { UsePipes, type ValidationError as ClassValidationError, ValidationPipe } from '@nestjs/common';
import { type FieldError, ValidationError } from '#kernel';

/**
 * Checks query and parameter classes with class-validator: 422 naming every field.
 * `strict` refuses fields that are not declared; without it they are ignored, as the older systems did.
 */
function createValidationPipe(strict: boolean): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    // Values are converted by each class itself: the built-in conversion takes any text for true and blanks for 0.
    transformOptions: { enableImplicitConversion: false, exposeDefaultValues: true },
    whitelist: true,
    // Of a value that is no number, that it is also too small tells nobody anything.
    stopAtFirstError: true,
    forbidNonWhitelisted: strict,
    exceptionFactory: (errors) => new ValidationError(errors.flatMap((error) => fieldErrors(error, ''))),
  });
}

function fieldErrors(error: ClassValidationError, prefix: string): FieldError[] {
  const path = prefix === '' ? error.property : `${prefix}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, text]) => ({
    path,
    message: rule === 'whitelistValidation' ? 'is not a known field' : text.replace(`${error.property} `, ''),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, path))];
}

const strict = createValidationPipe(true);
const lenient = createValidationPipe(false);

/** Today's API: a parameter that is not declared is refused by name. */
export const StrictInput = (): ClassDecorator & MethodDecorator => UsePipes(strict);

/** Paths of the older systems: a parameter that is not declared is ignored. */
export const LenientInput = (): ClassDecorator & MethodDecorator => UsePipes(lenient);
