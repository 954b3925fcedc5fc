import { PortableEntity, StringColumn, TimeColumn, UuidColumn } from './portable-columns.js';

/** Bytes outside of the database whose row is gone: to be deleted there. Deleting once more does no harm. */
@PortableEntity('blob_deletions', [{ name: 'idx_blob_deletions_created', columns: ['createdAt'] }])
export class BlobDeletionEntity {
  /** Of the picture. */
  @UuidColumn({ primary: true }) id!: string;
  @UuidColumn() tenantId!: string;
  @StringColumn(16) store!: string;
  @TimeColumn() createdAt!: number;
}
