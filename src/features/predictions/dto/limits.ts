import type { FieldError } from '#kernel';

const MAX_METADATA_BYTES = 16_384;

/** A schema cannot bound the size of a free object. */
export function metadataErrors(metadata: Record<string, unknown> | null | undefined): FieldError[] {
  if (
    typeof metadata !== 'object' ||
    metadata === null ||
    Buffer.byteLength(JSON.stringify(metadata)) <= MAX_METADATA_BYTES
  )
    return [];
  return [{ path: 'metadata', message: 'must not be larger than 16 KiB as JSON' }];
}
