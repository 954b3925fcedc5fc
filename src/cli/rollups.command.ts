import type { Command } from 'commander';
import type { AuditResult } from '#analytics';
import { formatTime } from '#kernel';
import { note, print, printJson } from './output.js';
import { tenantNamed } from './record-arguments.js';
import { withApp } from './with-app.js';

/** Exit code of `rollups check` if a sum differs. */
const DIFFERENT = 3;
const MAX_SHOWN = 50;
const PROGRESS_EVERY = 500;

interface Options {
  tenant?: string;
  json?: boolean;
}

export function addRollupsCommand(program: Command): void {
  const rollups = program
    .command('rollups')
    .description(
      'compare the sums that analytics read with the predictions that are stored or were deleted by retention',
    );
  const addCommand = (name: string, description: string, repair: boolean): Command =>
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
  addCommand('check', `compare without changing anything; exit code ${DIFFERENT} if a sum differs`, false);
  addCommand('rebuild', 'compare, and correct sums that differ; servers may be running', true);
  rollups
    .command('fold')
    .description('merge the rows of several servers into one for days that have passed; servers do this automatically')
    .action(async () => {
      const { RollupMaintenance } = await import('#analytics');
      const rows = await withApp((app) => app.get(RollupMaintenance).foldClosedDays());
      print(`${rows} rows merged into others.`);
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
  for (const { bucket, counted, label, model, modelVersion, start, stored, tenantId } of differences.slice(
    0,
    MAX_SHOWN,
  ))
    print(
      `${tenantId}  ${bucket} ${formatTime(start)}  ${model} ${modelVersion} ${label}: ${stored}, counted ${counted}`,
    );
  if (differences.length > MAX_SHOWN) print(`… and ${differences.length - MAX_SHOWN} more`);
  const result =
    differences.length === 0 ? 'all agree' : `${differences.length} differ${repaired ? 'ed, and were corrected' : ''}`;
  print(`${predictions} predictions in ${hours} hours: ${result}.`);
}
