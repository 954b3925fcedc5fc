import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import yazl from 'yazl';
import { type Clock, CLOCK, formatTime, NotFoundError, type TenantContext } from '#kernel';
import { StoredTables } from '#persistence';
import { SubjectsRepository } from './subjects.repository.js';

/** Gathers everything that is stored of a subject: a ZIP of one JSON file for each store, and the pictures. */
@Injectable()
export class SubjectExport {
  constructor(
    private readonly repository: SubjectsRepository,
    private readonly tables: StoredTables,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One page in memory at a time. @throws NotFoundError when there is nothing */
  async zip(tenant: TenantContext, userId: string): Promise<Readable> {
    const zip = new yazl.ZipFile();
    // What fails half-way cuts the answer; without a listener it would end the process.
    zip.on('error', (error) => (zip.outputStream as Readable).destroy(error as unknown as Error));
    const stores: string[] = [];
    for (const table of this.tables.subjects) {
      const pages = this.repository.rows(tenant, table, userId);
      const first = await pages.next();
      if (first.done) continue;
      stores.push(table.store);
      const all = async function* (): AsyncGenerator<Record<string, unknown>[]> {
        yield first.value;
        yield* pages;
      };
      zip.addReadStreamLazy(`${table.store}.json`, (give) => give(null, Readable.from(asList(all()))));
      if (table.files) {
        const known: string[] = [];
        for await (const page of this.repository.rows(tenant, table, userId))
          known.push(...page.map(({ id }) => String(id)));
        for await (const { bytes, name } of table.files(tenant, known)) zip.addBuffer(bytes, `files/${name}`);
      }
    }
    if (stores.length === 0) throw new NotFoundError('The subject');
    const about = { user_id: userId, tenant_id: tenant.tenantId, exported_at: formatTime(this.clock.now()), stores };
    zip.addBuffer(Buffer.from(`${JSON.stringify(about, null, 2)}\n`), 'subject.json');
    zip.end();
    return zip.outputStream as Readable;
  }
}

/** Pages of rows as one JSON list. */
async function* asList(pages: AsyncIterable<Record<string, unknown>[]>): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const page of pages)
    for (const row of page) {
      yield `${separator}${JSON.stringify(row)}`;
      separator = ',\n';
    }
  yield '\n]\n';
}
