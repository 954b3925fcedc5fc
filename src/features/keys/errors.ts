import { AppError } from '#kernel';

/** Another tenant has this slug. */
export class SlugTakenError extends AppError {
  constructor() {
    super({
      code: 'slug_taken',
      status: 409,
      title: 'Conflict',
      detail: 'A tenant with this slug exists already.',
      errors: [{ path: 'slug', message: 'is taken' }],
    });
  }
}
