/** The two files of a picture. */
export type BlobPart = 'picture' | 'thumbnail';
export const BLOB_PARTS: readonly BlobPart[] = ['picture', 'thumbnail'];

/** Where bytes are: in the row itself, or in a store outside of the database. */
export const BLOB_STORE_NAMES = ['database', 'directory', 's3'] as const;
export type BlobStoreName = (typeof BLOB_STORE_NAMES)[number];

/** Names a file by the tenant and the id of the picture, which are ours: no name that somebody sent is ever part of a path. */
export interface BlobKey {
  tenantId: string;
  id: string;
}

/** Keeps bytes outside of the database. Writing the same once more, and deleting what is not there, do no harm. */
export interface BlobStore {
  readonly name: Exclude<BlobStoreName, 'database'>;
  put(key: BlobKey, part: BlobPart, bytes: Buffer): Promise<void>;
  /** Undefined when it is not there. @throws BlobStoreError */
  get(key: BlobKey, part: BlobPart): Promise<Buffer | undefined>;
  /** Both parts. */
  delete(key: BlobKey): Promise<void>;
}

export function pathOf({ id, tenantId }: BlobKey, part: BlobPart): string {
  return `${tenantId}/${id}${part === 'thumbnail' ? '.thumbnail' : ''}.webp`;
}
