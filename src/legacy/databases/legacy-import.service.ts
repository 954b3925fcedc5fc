import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Clock, CLOCK, DAY_MS, DEFAULT_TENANT_ID, type TenantContext, ValidationError } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { idOf, type ImportLine, type ImportReport, TransferService } from '#transfer';
import { type LegacyDatabase, type LegacyRow, openLegacyDatabase } from './legacy-database.js';
import { LEGACY_SCREENSHOTS, type LegacyTable, legacyTableOf, undecodedFields } from './legacy-records.js';

/** Result of importing one table. */
export interface LegacyTableReport extends ImportReport {
  table: string;
  kind: LegacyTable['kind'];
  pictures: number;
  /** Screenshots that are not images, or are too large. Their feedback was imported without them. */
  picturesRefused: number;
  /** Screenshots whose feedback is missing. They are not imported. */
  picturesOrphaned: number;
  /** Records with a required value that was missing or too long, and was filled in or cut. */
  completed: number;
  /** Imported records that the next run of retention deletes, because of their age. */
  olderThanRetention: number;
}

export interface LegacyImportOptions {
  /** Distinguishes legacy databases that have the same name. */
  source?: string;
  /** Encoding of texts that a SQLite database does not hold in UTF-8. */
  encoding?: string;
  onProgress?: (table: string, done: number, total: number) => void;
  onRefused?: (table: string, legacyId: unknown, error: AppError) => void;
  /** Called with the new id of each legacy record. */
  onId?: (table: string, legacyId: unknown, id: string) => void;
}

const UNDECODED = 'is not valid UTF-8: name the encoding of the texts with --encoding, such as windows-1252';

class NothingToImportError extends AppError {
  constructor(name: string) {
    super({
      code: 'nothing_older',
      status: 422,
      title: 'Nothing to import',
      detail: `${name} contains no table of a legacy system: metrics, feedback_submissions or predictions.`,
    });
  }
}

/**
 * Imports the databases of legacy systems: metrics of the first, feedback and screenshots of the third, predictions of
 * the fourth. An import may be repeated: it skips records that exist already.
 */
@Injectable()
export class LegacyImportService {
  constructor(
    private readonly transfers: TransferService,
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Imports every table that is recognized.
   *
   * @throws AppError if the database cannot be read or has no such table; NotRecordedError (503) if records cannot be
   *   stored now, in which case the import can be repeated
   */
  async run(tenant: TenantContext, address: string, options: LegacyImportOptions = {}): Promise<LegacyTableReport[]> {
    const legacy = await openLegacyDatabase(address, options.encoding);
    try {
      const tables = await legacy.tables();
      const known = [...tables].flatMap(([name, columns]): [string, LegacyTable][] => {
        const table = legacyTableOf(name, columns);
        return table ? [[name, table]] : [];
      });
      if (known.length === 0) throw new NothingToImportError(legacy.name);
      const reports: LegacyTableReport[] = [];
      for (const [name, table] of known)
        reports.push(
          await this.importTable(
            tenant,
            legacy,
            { name, table, hasScreenshots: tables.has(LEGACY_SCREENSHOTS.table) },
            options,
          ),
        );
      return reports;
    } finally {
      await legacy.close();
    }
  }

  private async importTable(
    tenant: TenantContext,
    legacy: LegacyDatabase,
    { hasScreenshots, name, table }: { name: string; table: LegacyTable; hasScreenshots: boolean },
    { onId, onProgress, onRefused, source = legacy.name }: LegacyImportOptions,
  ): Promise<LegacyTableReport> {
    const total = await legacy.count(name);
    const oldest = this.clock.now() - this.retentionDays(table.kind) * DAY_MS;
    const extra = { pictures: 0, picturesRefused: 0, picturesOrphaned: 0, completed: 0, olderThanRetention: 0 };
    const ids: unknown[] = [''];
    const withScreenshots = hasScreenshots && table.kind === 'feedback';
    let found = 0;
    const lines = async function* (): AsyncGenerator<ImportLine> {
      for await (const rows of legacy.pages(name)) {
        const screenshots = withScreenshots ? await screenshotsOf(legacy, rows) : new Map<string, string[]>();
        for (const each of screenshots.values()) found += each.length;
        for (const row of rows) {
          const line = ids.push(row.id) - 1;
          const time = table.time(row);
          if (time === undefined) {
            yield { line, error: new ValidationError([{ path: 'timestamp', message: 'cannot be read' }]) };
            continue;
          }
          const record = table.record(row, time);
          const undecoded = undecodedFields(record);
          if (undecoded.length > 0) {
            yield { line, error: new ValidationError(undecoded.map((path) => ({ path, message: UNDECODED }))) };
            continue;
          }
          if (time < oldest) extra.olderThanRetention += 1;
          if (table.isIncomplete?.(row)) extra.completed += 1;
          const id = idOf(
            tenant.tenantId === DEFAULT_TENANT_ID ? source : `${tenant.tenantId} ${source}`,
            name,
            row.id,
            time,
          );
          onId?.(name, row.id, id);
          yield { line, value: { id, ...record }, files: screenshots.get(String(row.id)) ?? [] };
        }
      }
    };
    const report = await this.transfers.import(tenant, table.kind, lines(), {
      onProgress: ({ lines: done }) => onProgress?.(name, done, total),
      onRefused: (line, error) => onRefused?.(name, ids[line], error),
      onFiles: (stored, refused) => {
        extra.pictures += stored;
        extra.picturesRefused += refused;
      },
    });
    if (withScreenshots) extra.picturesOrphaned = (await legacy.count(LEGACY_SCREENSHOTS.table)) - found;
    return { table: name, kind: table.kind, ...report, ...extra };
  }

  private retentionDays(kind: LegacyTable['kind']): number {
    const { days, feedbackDays, metricsDays, predictionsDays } = this.config.retention;
    const own = { feedback: feedbackDays, metrics: metricsDays, predictions: predictionsDays };
    return own[kind as keyof typeof own] ?? days;
  }
}

/** Returns screenshots as Base64 in the order they were stored, by the id of their feedback. */
async function screenshotsOf(legacy: LegacyDatabase, rows: readonly LegacyRow[]): Promise<Map<string, string[]>> {
  const { data, of, table } = LEGACY_SCREENSHOTS;
  const screenshots = new Map<string, string[]>();
  const found = await legacy.where(
    table,
    of,
    rows.map(({ id }) => id),
  );
  for (const row of [...found].sort((a, b) => Number(a.id) - Number(b.id))) {
    const bytes = row[data];
    const text = Buffer.isBuffer(bytes) ? bytes.toString('base64') : bytes;
    // A screenshot without bytes is refused, like any file that is not an image.
    screenshots.set(String(row[of]), [
      ...(screenshots.get(String(row[of])) ?? []),
      typeof text === 'string' ? text : '',
    ]);
  }
  return screenshots;
}
