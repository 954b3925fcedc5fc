import { AppError, UnavailableError, ValidationError } from '#kernel';

/** The model is not in memory. */
export class ModelNotLoadedError extends UnavailableError {
  constructor(name: string) {
    super({
      code: 'model_not_loaded',
      detail: `The model ${name} is not loaded.`,
      remedy: 'Read the start of the log. FL_MODEL_PATH names the folder of the model.',
      logLevel: 'error',
    });
  }
}

/** The folder of the model cannot be used, so the server does not start. */
export class ModelFileError extends AppError {
  constructor(detail: string, cause?: unknown) {
    super({
      code: 'model_file_invalid',
      status: 500,
      title: 'Invalid model',
      detail,
      remedy:
        'Point FL_MODEL_PATH at a folder with weights.bin and model.json, or remove it to use the packaged model.',
      cause,
    });
  }
}

/** The request names a model that is not configured. */
export class UnknownModelError extends ValidationError {
  constructor(known: readonly string[]) {
    super([{ path: 'model', message: `must be one of ${known.join(', ')}` }]);
  }
}
