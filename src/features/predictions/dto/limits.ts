import type { FieldError } from '#kernel';

const MAX_METADATA_BYTES = 16_384;

/** Checks the size of `metadata`, because a schema cannot limit the size of an object with free members. */
export function metadataErrors(metadata: Record<string, unknown> | null | undefined): FieldError[] {
  if (
    typeof metadata !== 'object' ||
    metadata === null ||
    Buffer.byteLength(JSON.stringify(metadata)) <= MAX_METADATA_BYTES
  )
    return [];
  return [{ path: 'metadata', message: 'must not be larger than 16 KiB as JSON' }];
}
