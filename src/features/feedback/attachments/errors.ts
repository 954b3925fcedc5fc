import { AppError, UnavailableError } from '#kernel';

/** The folder or bucket of the screenshots cannot be used. */
export class BlobStoreError extends UnavailableError {
  constructor(cause: unknown) {
    super({
      code: 'blob_store_unavailable',
      detail: 'The screenshot store cannot be reached.',
      remedy:
        'Check FL_BLOB_STORE and the variables of the store. Screenshots wait until the store is available again.',
      cause,
    });
  }
}

/** The screenshot has not been encoded yet, and uploaded bytes are never shown. */
export class ScreenshotPendingError extends AppError {
  constructor() {
    super({
      code: 'screenshot_pending',
      status: 409,
      title: 'Not ready',
      detail: 'The screenshot is still being processed.',
      retryable: true,
      retryAfterSeconds: 1,
    });
  }
}
