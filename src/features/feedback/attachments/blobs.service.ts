import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import type { BlobStore, BlobStoreName } from './blob-store.js';
import { DirectoryBlobs } from './directory-blobs.js';
import { S3Blobs } from './s3-blobs.js';

/** Holds the configured stores outside the database, by name. */
@Injectable()
export class Blobs {
  /** Store of new screenshots. */
  readonly current: BlobStoreName;
  private readonly stores = new Map<BlobStoreName, BlobStore>();

  constructor(config: FeedbackLoopConfig) {
    this.current = config.screenshots.store;
    this.stores.set('directory', new DirectoryBlobs(config.screenshots.dir ?? join(config.server.dataDir, 'blobs')));
    if (config.screenshots.s3Bucket === undefined) return;
    const s3 = new S3Blobs({
      bucket: config.screenshots.s3Bucket,
      region: config.screenshots.s3Region,
      prefix: config.screenshots.s3Prefix,
      endpoint: config.screenshots.s3Endpoint,
      accessKeyId: config.screenshots.s3AccessKeyId,
      secretAccessKey: config.screenshots.s3SecretAccessKey,
    });
    this.stores.set('s3', s3);
  }

  /** Returns undefined for the database itself, and for a store that is not configured. */
  store(name: BlobStoreName): BlobStore | undefined {
    return this.stores.get(name);
  }
}
