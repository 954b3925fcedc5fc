import { PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/**
 * Bytes outside the database whose row was deleted, and which remain to be deleted. Deleting them twice does no harm.
 */
@PortableEntity('blob_deletions', [{ name: 'idx_blob_deletions_created', columns: ['createdAt'] }])
export class BlobDeletionEntity {
  /** Id of the screenshot. */
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @StringColumn(16) store!: string;
  @TimeColumn() createdAt!: number;
}
