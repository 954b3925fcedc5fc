import type { Command } from 'commander';
import type { AuditResult } from '#analytics';
import { formatTime } from '#kernel';
import { note, print, printJson } from './output.js';
import { tenantNamed } from './record-arguments.js';
import { withApp } from './with-app.js';

/** Exit code of `rollups check` when something differs. */
const DIFFERENT = 3;
const SHOWN = 50;
const PROGRESS_EVERY = 500;

interface Options {
  tenant?: string;
  json?: boolean;
}

export function addRollupsCommand(program: Command): void {
  const rollups = program
    .command('rollups')
    .description(
      'the sums that analytics read, beside what they are about: predictions, and those that retention deleted',
    );
  const add = (name: string, description: string, repair: boolean): Command =>
    rollups
      .command(name)
      .description(description)
      .option('--tenant <slug>', 'one tenant; default: all')
      .option('--json', 'print JSON')
      .action(async (options: Options) => {
        const result = await audit(options, repair);
        show(result, options, repair);
        if (!repair && result.differences.length > 0) process.exitCode = DIFFERENT;
      });
  add('check', `compare, and change nothing; exit code ${DIFFERENT} when something differs`, false);
  add('rebuild', 'compare, and make right what differs; beside running servers', true);
  rollups
    .command('fold')
    .description('make one row of those that several servers wrote for days that are over; servers do it by themselves')
    .action(async () => {
      const { RollupMaintenance } = await import('#analytics');
      const rows = await withApp((app) => app.get(RollupMaintenance).foldClosedDays());
      print(`${rows} rows became part of others.`);
    });
}

async function audit({ tenant }: Options, repair: boolean): Promise<AuditResult> {
  const { RollupAuditService } = await import('#analytics');
  return withApp(async (app) => {
    const tenants = tenant === undefined ? undefined : [(await tenantNamed(app, tenant)).tenantId];
    const onProgress = (hours: number): void => {
      if (hours % PROGRESS_EVERY === 0) note(`${hours} hours compared`);
    };
    return app.get(RollupAuditService).run({ repair, onProgress, ...(tenants ? { tenants } : {}) });
  });
}

function show({ differences, hours, predictions }: AuditResult, { json }: Options, repaired: boolean): void {
  if (json) {
    printJson({
      hours,
      predictions,
      repaired,
      differences: differences.map(({ modelVersion, start, tenantId, ...rest }) => ({
        ...rest,
        tenant_id: tenantId,
        model_version: modelVersion,
        start: formatTime(start),
      })),
    });
    return;
  }
  for (const { bucket, counted, label, model, modelVersion, start, stored, tenantId } of differences.slice(0, SHOWN))
    print(
      `${tenantId}  ${bucket} ${formatTime(start)}  ${model} ${modelVersion} ${label}: ${stored}, counted ${counted}`,
    );
  if (differences.length > SHOWN) print(`… and ${differences.length - SHOWN} more`);
  const verdict =
    differences.length === 0 ? 'all agree' : `${differences.length} differ${repaired ? 'ed, and were made right' : ''}`;
  print(`${predictions} predictions in ${hours} hours: ${verdict}.`);
}
