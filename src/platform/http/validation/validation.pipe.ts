import { UsePipes, type ValidationError as ClassValidationError, ValidationPipe } from '@nestjs/common';
import { type FieldError, ValidationError } from '#kernel';
import { messagesOfRules } from './wording.js';

/**
 * Returns a pipe that checks query and parameter classes with class-validator and names every invalid field (422).
 * `strict` refuses undeclared fields; otherwise they are ignored, as in the legacy systems.
 */
function createValidationPipe(strict: boolean): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    // Each class converts its own values: the implicit conversion reads any text as true and blanks as 0.
    transformOptions: { enableImplicitConversion: false, exposeDefaultValues: true },
    whitelist: true,
    forbidNonWhitelisted: strict,
    exceptionFactory: (errors) => new ValidationError(errors.flatMap((error) => fieldErrors(error, ''))),
  });
}

function fieldErrors(error: ClassValidationError, prefix: string): FieldError[] {
  const path = prefix === '' ? error.property : `${prefix}.${error.property}`;
  const messages = messagesOfRules(error.property, error.constraints ?? {});
  const own = messages.map((message) => ({ path, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, path))];
}

const strict = createValidationPipe(true);
const lenient = createValidationPipe(false);

/** Refuses undeclared parameters by name; for the current API. */
export const StrictInput = (): ClassDecorator & MethodDecorator => UsePipes(strict);

/** Ignores undeclared parameters; for the paths of the legacy systems. */
export const LenientInput = (): ClassDecorator & MethodDecorator => UsePipes(lenient);
