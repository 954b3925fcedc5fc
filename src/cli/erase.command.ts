import type { Command } from 'commander';
import { formatTime } from '#kernel';
import { confirm } from './confirm.js';
import { note, print, printJson } from './output.js';
import { tenantNamed } from './record-arguments.js';
import { withApp } from './with-app.js';

interface EraseOptions {
  yes?: boolean;
  tenant?: string;
  reapply?: string[] | true;
  json?: boolean;
}

/** Exit code for missing arguments. */
const USAGE = 2;
const DEFAULT_TENANT = 'default';
const ERASE = 'erase all records of the subject, which cannot be undone';

export function addEraseCommand(program: Command): void {
  program
    .command('erase')
    .argument('[user_id]', 'the data subject')
    .description('erase a data subject from every store, or repeat erasures after a restore')
    .option('--yes', 'confirm the erasure')
    .option('--tenant <slug>', 'tenant of the subject', DEFAULT_TENANT)
    .option('--reapply [files...]', 'repeat the erasures in erasures.jsonl of FL_DATA_DIR and in these ledgers')
    .option('--json', 'print JSON')
    .action(async (userId: string | undefined, options: EraseOptions) => {
      if (options.reapply !== undefined) await reapply(options);
      else if (userId === undefined) {
        note('Nothing was erased: name the subject.');
        process.exitCode = USAGE;
      } else if (await confirm({ yes: options.yes, undone: 'Nothing was erased', action: ERASE }))
        await erase(userId, options);
    });
}

async function erase(userId: string, { json, tenant = DEFAULT_TENANT }: EraseOptions): Promise<void> {
  const { BACKUP_RETENTION_MS, ErasureService } = await import('#subjects');
  const certificate = await withApp(async (app) => {
    return app.get(ErasureService).erase(await tenantNamed(app, tenant), userId);
  });
  const { certificateId, erasedAt, removed, subjectHash } = certificate;
  const until = formatTime(erasedAt + BACKUP_RETENTION_MS);
  if (json)
    printJson({
      certificate_id: certificateId,
      subject_hash: subjectHash,
      erased_at: formatTime(erasedAt),
      removed,
      backups_may_hold_until: until,
    });
  else {
    print(`Certificate ${certificateId}, ${formatTime(erasedAt)}; backups may contain the records until ${until}`);
    for (const [store, n] of Object.entries(removed)) print(`${store}  ${n}`);
    note('Running servers erase the subject from their spools within a minute.');
  }
}

async function reapply({ json, reapply: file }: EraseOptions): Promise<void> {
  const { ErasureReapplyService } = await import('#subjects');
  const erased = await withApp((app) => app.get(ErasureReapplyService).reapply(Array.isArray(file) ? file : []));
  if (json) printJson({ erased });
  else print(`Erased again: ${erased} subjects.`);
}
