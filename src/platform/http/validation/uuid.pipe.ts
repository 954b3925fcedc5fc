import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { isUuid, ValidationError } from '#kernel';

/** A path parameter that must be a UUID: PostgreSQL would fail on anything else, SQLite would find nothing. */
@Injectable()
export class UuidPipe implements PipeTransform<string, string> {
  transform(value: string, { data }: ArgumentMetadata): string {
    if (!isUuid(value)) throw new ValidationError([{ path: data ?? 'id', message: 'must be a UUID' }]);
    return value.toLowerCase();
  }
}
