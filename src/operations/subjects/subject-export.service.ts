import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import yazl from 'yazl';
import { type Clock, CLOCK, formatTime, NotFoundError, type TenantContext } from '#kernel';
import { StoredTables } from '#persistence';
import { SubjectsRepository } from './subjects.repository.js';

/**
 * Exports everything that an erasure of the subject would remove: a ZIP with one JSON file per store, and the
 * screenshots.
 */
@Injectable()
export class SubjectExport {
  constructor(
    private readonly repository: SubjectsRepository,
    private readonly tables: StoredTables,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Streams the ZIP, with one page of rows in memory at a time. @throws NotFoundError (404) if nothing is stored */
  async zip(tenant: TenantContext, userId: string): Promise<Readable> {
    const zip = new yazl.ZipFile();
    // A failure midway truncates the response. Without a listener it would end the process.
    zip.on('error', (error) => (zip.outputStream as Readable).destroy(error as unknown as Error));
    const found = await this.repository.find(tenant, userId);
    if (found.length === 0) throw new NotFoundError('The subject');
    for (const each of found) {
      const pages = (): AsyncIterable<Record<string, unknown>[]> => this.repository.rows(tenant, each, userId);
      zip.addReadStreamLazy(`${each.store}.json`, (callback) => callback(null, Readable.from(asList(pages()))));
      const { files } = this.tables.subjects.find(({ table }) => table === each.table) ?? {};
      if (files)
        for await (const { bytes, name } of files(tenant, [...each.ids])) zip.addBuffer(bytes, `files/${name}`);
    }
    const summary = {
      user_id: userId,
      tenant_id: tenant.tenantId,
      exported_at: formatTime(this.clock.now()),
      stores: found.map(({ store }) => store),
      // They repeat the records above, and an erasure removes them as well.
      copies: await this.repository.countCopies(tenant, found),
    };
    zip.addBuffer(Buffer.from(`${JSON.stringify(summary, null, 2)}\n`), 'subject.json');
    zip.end();
    return zip.outputStream as Readable;
  }
}

/** Formats pages of rows as one JSON array. */
async function* asList(pages: AsyncIterable<Record<string, unknown>[]>): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const page of pages)
    for (const row of page) {
      yield `${separator}${JSON.stringify(row)}`;
      separator = ',\n';
    }
  yield '\n]\n';
}
