import { type Command, InvalidArgumentError } from 'commander';
import type { BlobStoreName } from '#feedback';
import { note, print, printJson } from './output.js';
import { withApp } from './with-app.js';

const STORES: readonly BlobStoreName[] = ['database', 'directory', 's3'];
const PROGRESS_EVERY = 100;

export function addBlobsCommand(program: Command): void {
  const blobs = program.command('blobs').description('manage where screenshots are stored');
  blobs
    .command('move')
    .description('move all screenshots to one store; may be interrupted and repeated, and servers may be running')
    .requiredOption('--to <store>', `one of ${STORES.join(', ')}`, toStore)
    .option('--json', 'print JSON')
    .action(async ({ json, to }: { to: BlobStoreName; json?: boolean }) => {
      const { BlobMover } = await import('#feedback');
      const result = await withApp((app) =>
        app.get(BlobMover).move(to, (moved) => {
          if (moved % PROGRESS_EVERY === 0) note(`${moved} screenshots moved`);
        }),
      );
      if (json) printJson(result);
      else
        print(`${result.moved} screenshots moved to ${to}${result.missing > 0 ? `, ${result.missing} not found` : ''}`);
      if (result.missing > 0) process.exitCode = 1;
    });
}

function toStore(value: string): BlobStoreName {
  if (!(STORES as readonly string[]).includes(value))
    throw new InvalidArgumentError(`must be one of ${STORES.join(', ')}`);
  return value as BlobStoreName;
}
