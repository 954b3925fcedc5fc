import { type Command, InvalidArgumentError } from 'commander';
import type { BlobStoreName } from '#feedback';
import { note, print, printJson } from './output.js';
import { withApp } from './with-app.js';

const STORES: readonly BlobStoreName[] = ['database', 'directory', 's3'];
const NOTE_EVERY = 100;

export function addBlobsCommand(program: Command): void {
  const blobs = program.command('blobs').description('where pictures are kept');
  blobs
    .command('move')
    .description('move pictures that are elsewhere; may be stopped and started again, beside running servers')
    .requiredOption('--to <store>', `one of ${STORES.join(', ')}`, toStore)
    .option('--json', 'print JSON')
    .action(async ({ json, to }: { to: BlobStoreName; json?: boolean }) => {
      const { BlobMover } = await import('#feedback');
      const done = await withApp((app) =>
        app.get(BlobMover).move(to, (moved) => {
          if (moved % NOTE_EVERY === 0) note(`${moved} pictures moved`);
        }),
      );
      if (json) printJson(done);
      else print(`${done.moved} pictures moved to ${to}${done.missing > 0 ? `, ${done.missing} not found` : ''}`);
      if (done.missing > 0) process.exitCode = 1;
    });
}

function toStore(value: string): BlobStoreName {
  if (!(STORES as readonly string[]).includes(value))
    throw new InvalidArgumentError(`must be one of ${STORES.join(', ')}`);
  return value as BlobStoreName;
}
