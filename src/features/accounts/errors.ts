import { AppError, ValidationError } from '#kernel';

/** Somebody of this tenant has that address. */
export class EmailTakenError extends AppError {
  constructor() {
    super({
      code: 'email_taken',
      status: 409,
      title: 'Conflict',
      detail: 'Somebody with this address exists already.',
      errors: [{ path: 'email', message: 'is taken' }],
    });
  }
}

/** Too many wrong passwords for one address, whether somebody has it or not. */
export class AccountLockedError extends AppError {
  constructor(seconds: number) {
    super({
      code: 'account_locked',
      status: 429,
      title: 'Too many attempts',
      detail: 'Too many wrong passwords for this address; Retry-After says when to try again.',
      retryable: true,
      retryAfterSeconds: Math.max(1, Math.ceil(seconds)),
    });
  }
}

/** The link was used, replaced by a newer one, or is over. */
export class LinkOverError extends ValidationError {
  constructor() {
    super([{ path: 'token', message: 'is not valid any more: ask for a new link' }]);
  }
}
