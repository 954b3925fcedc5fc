import { type Command, InvalidArgumentError } from 'commander';
import type { RetentionKind } from '#persistence';
import { note, print, printJson } from './output.js';
import { tenantNamed } from './record-arguments.js';
import { withApp } from './with-app.js';

const KINDS: readonly RetentionKind[] = ['predictions', 'feedback', 'metrics'];

interface RunOptions {
  days?: number;
  kind?: RetentionKind;
  tenant?: string;
  dryRun?: boolean;
  json?: boolean;
}

export function addRetentionCommand(program: Command): void {
  const retention = program.command('retention').description('delete expired records');
  retention
    .command('run')
    .description('delete expired records now, except those that a running server is deleting')
    .option('--days <n>', 'retention period in days, instead of the configured one', toDays)
    .option('--kind <kind>', `one of ${KINDS.join(', ')}; default: all`, toKind)
    .option('--tenant <slug>', 'one tenant; default: all')
    .option('--dry-run', 'count without deleting')
    .option('--json', 'print JSON')
    .action(async (options: RunOptions) => {
      const rows = options.dryRun ? await preview(options) : await run(options);
      if (options.json) printJson(rows);
      else
        for (const { deleted, kind, tenant_id } of rows)
          print(`${tenant_id}  ${kind}  ${deleted} ${options.dryRun ? 'would be deleted' : 'deleted'}`);
    });
}

interface Line {
  tenant_id: string;
  kind: RetentionKind;
  deleted: number;
}

async function preview(options: RunOptions): Promise<Line[]> {
  const { RetentionService } = await import('#retention');
  return withApp(async (app) => {
    const counts = await app.get(RetentionService).preview(await selectionOf(app, options));
    return counts.map(({ kind, rows, tenantId }) => ({ tenant_id: tenantId, kind, deleted: rows }));
  });
}

async function run(options: RunOptions): Promise<Line[]> {
  const { RetentionReporter, RetentionService } = await import('#retention');
  return withApp(async (app) => {
    const onProgress = ({ kind, tenantId }: { kind: string; tenantId: string }, deleted: number): void =>
      note(`${tenantId}  ${kind}: ${deleted} rows`);
    const runs = await app.get(RetentionService).run({ ...(await selectionOf(app, options)), onProgress });
    await app.get(RetentionReporter).reportRuns(runs);
    return runs.map(({ deleted, kind, tenantId }) => ({ tenant_id: tenantId, kind, deleted }));
  });
}

async function selectionOf(
  app: Parameters<Parameters<typeof withApp>[0]>[0],
  { days, kind, tenant }: RunOptions,
): Promise<{ days?: number; kinds?: RetentionKind[]; tenants?: string[] }> {
  const tenants = tenant === undefined ? undefined : [(await tenantNamed(app, tenant)).tenantId];
  return {
    ...(days === undefined ? {} : { days }),
    ...(kind ? { kinds: [kind] } : {}),
    ...(tenants ? { tenants } : {}),
  };
}

function toDays(value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new InvalidArgumentError('must be a whole number of days, 1 or more');
  return Number(value);
}

function toKind(value: string): RetentionKind {
  if (!(KINDS as readonly string[]).includes(value))
    throw new InvalidArgumentError(`must be one of ${KINDS.join(', ')}`);
  return value as RetentionKind;
}
