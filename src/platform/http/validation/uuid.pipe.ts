import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { isUuid, ValidationError } from '#kernel';

/** Requires a path parameter to be a UUID. Otherwise PostgreSQL would fail where SQLite finds nothing. */
@Injectable()
export class UuidPipe implements PipeTransform<string, string> {
  transform(value: string, { data }: ArgumentMetadata): string {
    if (!isUuid(value)) throw new ValidationError([{ path: data ?? 'id', message: 'must be a UUID' }]);
    return value.toLowerCase();
  }
}
