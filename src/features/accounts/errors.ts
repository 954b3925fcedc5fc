import { AppError, ValidationError } from '#kernel';

/** A user of the tenant has this e-mail address. */
export class EmailTakenError extends AppError {
  constructor() {
    super({
      code: 'email_taken',
      status: 409,
      title: 'Conflict',
      detail: 'A user with this e-mail address exists already.',
      errors: [{ path: 'email', message: 'is taken' }],
    });
  }
}

/** Too many wrong passwords for one e-mail address, whether or not a user has it. */
export class AccountLockedError extends AppError {
  constructor(seconds: number) {
    super({
      code: 'account_locked',
      status: 429,
      title: 'Too many attempts',
      detail: 'Too many wrong passwords for this e-mail address. Try again after the time in Retry-After.',
      retryable: true,
      retryAfterSeconds: Math.max(1, Math.ceil(seconds)),
    });
  }
}

/** The link was used, was replaced by a newer one, or has expired. */
export class InvalidLinkError extends ValidationError {
  constructor() {
    super([{ path: 'token', message: 'is no longer valid: request a new link' }]);
  }
}
