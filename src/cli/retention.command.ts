import type { INestApplicationContext } from '@nestjs/common';
import { type Command, InvalidArgumentError } from 'commander';
import type { RetentionKind } from '#persistence';
import { note, print, printJson } from './output.js';
import { tenantNamed } from './record-arguments.js';
import { withApp } from './with-app.js';

const MAX_TENANTS = 1000;
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
      const { lines, slugs } = options.dryRun ? await preview(options) : await run(options);
      if (options.json) printJson(lines);
      else
        for (const { deleted, kind, tenant_id } of lines)
          print(
            `${slugs.get(tenant_id) ?? tenant_id}  ${kind}  ${deleted} ${options.dryRun ? 'would be deleted' : 'deleted'}`,
          );
    });
}

interface Line {
  tenant_id: string;
  kind: RetentionKind;
  deleted: number;
}

interface Result {
  lines: Line[];
  /** Short names of the tenants, by id. */
  slugs: ReadonlyMap<string, string>;
}

async function slugsOf(app: INestApplicationContext): Promise<Map<string, string>> {
  const { KeysAdministrationService } = await import('#keys');
  const { data } = await app.get(KeysAdministrationService).listTenants(MAX_TENANTS);
  return new Map(data.map(({ id, slug }) => [id, slug]));
}

async function preview(options: RunOptions): Promise<Result> {
  const { RetentionService } = await import('#retention');
  return withApp(async (app) => {
    const counts = await app.get(RetentionService).preview(await selectionOf(app, options));
    const lines = counts.map(({ kind, rows, tenantId }) => ({ tenant_id: tenantId, kind, deleted: rows }));
    return { lines, slugs: await slugsOf(app) };
  });
}

async function run(options: RunOptions): Promise<Result> {
  const { RetentionReporter, RetentionService } = await import('#retention');
  return withApp(async (app) => {
    const slugs = await slugsOf(app);
    const onProgress = ({ kind, tenantId }: { kind: string; tenantId: string }, deleted: number): void =>
      note(`${slugs.get(tenantId) ?? tenantId}  ${kind}: ${deleted} rows`);
    const runs = await app.get(RetentionService).run({ ...(await selectionOf(app, options)), onProgress });
    await app.get(RetentionReporter).reportRuns(runs);
    return { lines: runs.map(({ deleted, kind, tenantId }) => ({ tenant_id: tenantId, kind, deleted })), slugs };
  });
}

async function selectionOf(
  app: INestApplicationContext,
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
