import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { type Column, encode, EXPORT_TYPES, type ExportFormat } from './encode.js';

/** Sends an export as a file. Reads the first page before responding, so a failing query still gets an error status. */
export async function sendExport<Row>(
  reply: FastifyReply,
  {
    columns,
    format,
    name,
    pages,
  }: { name: string; format: ExportFormat; columns: readonly Column<Row>[]; pages: AsyncGenerator<Row[]> },
): Promise<void> {
  const first = await pages.next();
  const all = async function* (): AsyncGenerator<Row[]> {
    if (!first.done) yield first.value;
    yield* pages;
  };
  await reply
    .type(EXPORT_TYPES[format])
    .header('content-disposition', `attachment; filename="${name}.${format}"`)
    .header('cache-control', 'no-store')
    .send(Readable.from(encode(format, columns, all()), { objectMode: false }));
}
