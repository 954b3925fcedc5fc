import { AppError } from '#kernel';

/** The rest of a file was not read, because its lines or cells cannot be told apart. */
export class UnreadableFileError extends AppError {
  constructor(detail: string) {
    super({
      code: 'file_broken',
      status: 422,
      title: 'The rest of the file cannot be read',
      detail,
      remedy: 'Fix that line and repeat the command. Records that exist already are skipped.',
    });
  }
}
