import type * as Sdk from '@aws-sdk/client-s3';
import { BLOB_PARTS, type BlobKey, type BlobPart, type BlobStore, pathOf } from './blob-store.js';
import { BlobStoreError } from './errors.js';

export interface S3Options {
  bucket: string;
  region: string;
  prefix: string;
  endpoint?: string | undefined;
  accessKeyId?: string | undefined;
  secretAccessKey?: string | undefined;
}

const CONNECT_MS = 2000;
const REQUEST_MS = 10_000;

type S3Client = Sdk.S3Client;

/** Stores screenshots as objects in a bucket. The AWS client is loaded at first use. */
export class S3Blobs implements BlobStore {
  readonly name = 's3';
  private loading: Promise<{ sdk: typeof Sdk; client: S3Client }> | undefined;

  constructor(private readonly options: S3Options) {}

  async put(key: BlobKey, part: BlobPart, bytes: Buffer): Promise<void> {
    await this.run(({ client, sdk }) =>
      client.send(new sdk.PutObjectCommand({ ...this.object(key, part), Body: bytes, ContentType: 'image/webp' })),
    );
  }

  async get(key: BlobKey, part: BlobPart): Promise<Buffer | undefined> {
    return this.run(async ({ client, sdk }) => {
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand(this.object(key, part)));
        return Body && Buffer.from(await Body.transformToByteArray());
      } catch (error) {
        if ((error as { name?: string }).name === 'NoSuchKey') return undefined;
        throw error;
      }
    });
  }

  async delete(key: BlobKey): Promise<void> {
    for (const part of BLOB_PARTS)
      await this.run(({ client, sdk }) => client.send(new sdk.DeleteObjectCommand(this.object(key, part))));
  }

  private object(key: BlobKey, part: BlobPart): { Bucket: string; Key: string } {
    return { Bucket: this.options.bucket, Key: `${this.options.prefix}${pathOf(key, part)}` };
  }

  private async run<T>(work: (loaded: { sdk: typeof Sdk; client: S3Client }) => Promise<T>): Promise<T> {
    try {
      return await work(await this.load());
    } catch (error) {
      throw error instanceof BlobStoreError ? error : new BlobStoreError(error);
    }
  }

  private load(): Promise<{ sdk: typeof Sdk; client: S3Client }> {
    this.loading ??= import('@aws-sdk/client-s3').then((sdk) => ({ sdk, client: this.connect(sdk) }));
    this.loading.catch(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  private connect(sdk: typeof Sdk): S3Client {
    const { accessKeyId, endpoint, region, secretAccessKey } = this.options;
    return new sdk.S3Client({
      region,
      // S3-compatible servers usually have no host name for each bucket.
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(accessKeyId === undefined || secretAccessKey === undefined
        ? {}
        : { credentials: { accessKeyId, secretAccessKey } }),
      maxAttempts: 3,
      requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS },
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
  }
}
