import { createWriteStream } from 'node:fs';
import type { AppError } from '#kernel';
import { note, print, printJson, Progress } from './output.js';
import { tenantNamed } from './record-arguments.js';
import { withApp } from './with-app.js';

const SHOWN = 20;
const FAILED = 1;

export interface LegacyImportOptions {
  tenant: string;
  source?: string;
  encoding: string;
  ids?: string;
  refused?: string;
  json?: boolean;
}

/** `import --from`: imports a legacy database and prints one line for each table. */
export async function importLegacy(address: string, options: LegacyImportOptions): Promise<void> {
  const { LegacyImportService } = await import('#legacy');
  const ids = options.ids === undefined ? undefined : createWriteStream(options.ids, { mode: 0o600 });
  const refused = options.refused === undefined ? undefined : createWriteStream(options.refused, { mode: 0o600 });
  const bars = new Map<string, Progress>();
  let shown = 0;
  const onRefused = (table: string, id: unknown, error: AppError): void => {
    refused?.write(
      `${JSON.stringify({ table, id: plain(id), code: error.code, errors: error.errors, detail: error.message })}\n`,
    );
    if (++shown > SHOWN) return;
    const why = error.errors.map(({ message, path }) => `${path} ${message}`).join('; ');
    note(`${table} ${String(id)}: ${why === '' ? error.message : why}`);
  };
  try {
    const reports = await withApp(async (app) =>
      app.get(LegacyImportService).run(await tenantNamed(app, options.tenant), address, {
        ...(options.source === undefined ? {} : { source: options.source }),
        encoding: options.encoding,
        onProgress: (table, done, total) => {
          const bar = bars.get(table) ?? new Progress(table, total);
          bars.set(table, bar);
          bar.update(done);
        },
        onRefused,
        ...(ids
          ? {
              onId: (table, legacyId, id) =>
                void ids.write(`${JSON.stringify({ table, older_id: plain(legacyId), id })}\n`),
            }
          : {}),
      }),
    );
    if (options.json)
      printJson(
        reports.map(({ olderThanRetention, picturesOrphaned, picturesRefused, ...rest }) => ({
          ...rest,
          pictures_refused: picturesRefused,
          pictures_orphaned: picturesOrphaned,
          older_than_retention: olderThanRetention,
        })),
      );
    for (const report of reports) {
      const { imported, kind, known, olderThanRetention, pictures, picturesRefused, refused: no, table } = report;
      if (!options.json) {
        print(
          `${table} → ${kind}: ${imported} imported, ${known} existed already, ${report.erased} of erased subjects, ${no} refused`,
        );
        if (pictures + picturesRefused > 0) print(`  screenshots: ${pictures} imported, ${picturesRefused} refused`);
      }
      if (report.picturesOrphaned > 0)
        note(`${table}: ${report.picturesOrphaned} screenshots were not imported, because their feedback is missing.`);
      if (report.completed > 0)
        note(
          `${table}: in ${report.completed} records a required value was missing or too long; it was filled in or cut.`,
        );
      if (olderThanRetention > 0)
        note(
          `${table}: ${olderThanRetention} records are older than retention allows; raise FL_RETENTION_DAYS before its next run to keep them.`,
        );
      if (no > 0) process.exitCode = FAILED;
    }
    if (shown > SHOWN && !refused) note(`… ${shown - SHOWN} more; --refused <file> lists them all`);
  } finally {
    ids?.end();
    refused?.end();
  }
}

/** JSON has no BigInt. */
function plain(id: unknown): unknown {
  return typeof id === 'bigint' ? String(id) : id;
}
