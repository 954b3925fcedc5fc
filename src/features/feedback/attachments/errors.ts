import { AppError, UnavailableError } from '#kernel';

/** The folder or bucket of pictures cannot be used. */
export class BlobStoreError extends UnavailableError {
  constructor(cause: unknown) {
    super({
      code: 'blob_store_unavailable',
      detail: 'The store of pictures cannot be reached.',
      remedy: 'Look at FL_BLOB_STORE and the variables of the store; pictures wait until it is back.',
      cause,
    });
  }
}

/** The picture is still as it was sent; it is shown when it has been encoded anew. */
export class ScreenshotPendingError extends AppError {
  constructor() {
    super({
      code: 'screenshot_pending',
      status: 409,
      title: 'Not ready',
      detail: 'The picture is still being prepared.',
      retryable: true,
      retryAfterSeconds: 1,
    });
  }
}
