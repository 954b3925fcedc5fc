import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Clock, CLOCK, DAY_MS, DEFAULT_TENANT_ID, type TenantContext, ValidationError } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { type LegacyDatabase, type LegacyRow, openLegacyDatabase } from '#persistence';
import { type ImportLine, type ImportReport, TransferService } from '../transfer.service.js';
import { idOf } from '../stable-id.js';
import { OLDER_PICTURES, type OlderTable, olderTable } from './older-records.js';

/** What became of one table. */
export interface OlderTableReport extends ImportReport {
  table: string;
  kind: OlderTable['kind'];
  pictures: number;
  /** Not pictures, or too large; the text was kept. */
  picturesRefused: number;
  /** Pictures of feedback that is not there: they have nowhere to go. */
  picturesOrphaned: number;
  /** Records in which something that has to be there was missing, or too long, and was made up or cut. */
  completed: number;
  /** Imported, and past what retention keeps: gone with its next run unless it is told to keep more. */
  olderThanRetention: number;
}

export interface OlderImportOptions {
  /** Tells two older databases apart that are called the same. */
  source?: string;
  onProgress?: (table: string, done: number, total: number) => void;
  onRefused?: (table: string, olderId: unknown, error: AppError) => void;
  /** Which id a record of the older system has here. */
  onId?: (table: string, olderId: unknown, id: string) => void;
}

class NothingOlderError extends AppError {
  constructor(name: string) {
    super({
      code: 'nothing_older',
      status: 422,
      title: 'Nothing to import',
      detail: `${name} has none of the tables of the older systems: metrics, feedback_submissions, predictions.`,
    });
  }
}

/** Moves the older systems in: metrics of the first, feedback and pictures of the third, predictions of the fourth. May be repeated. */
@Injectable()
export class OlderImportService {
  constructor(
    private readonly transfers: TransferService,
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError when the database cannot be read, or holds nothing of an older system; NotRecordedError: repeat it */
  async run(tenant: TenantContext, address: string, options: OlderImportOptions = {}): Promise<OlderTableReport[]> {
    const older = await openLegacyDatabase(address);
    try {
      const tables = await older.tables();
      const known = [...tables].flatMap(([name, columns]): [string, OlderTable][] => {
        const table = olderTable(name, columns);
        return table ? [[name, table]] : [];
      });
      if (known.length === 0) throw new NothingOlderError(older.name);
      const reports: OlderTableReport[] = [];
      for (const [name, table] of known)
        reports.push(
          await this.one(tenant, older, { name, table, hasPictures: tables.has(OLDER_PICTURES.table) }, options),
        );
      return reports;
    } finally {
      await older.close();
    }
  }

  private async one(
    tenant: TenantContext,
    older: LegacyDatabase,
    { hasPictures, name, table }: { name: string; table: OlderTable; hasPictures: boolean },
    { onId, onProgress, onRefused, source = older.name }: OlderImportOptions,
  ): Promise<OlderTableReport> {
    const total = await older.count(name);
    const oldest = this.clock.now() - this.keptDays(table.kind) * DAY_MS;
    const extra = { pictures: 0, picturesRefused: 0, picturesOrphaned: 0, completed: 0, olderThanRetention: 0 };
    const ids: unknown[] = [''];
    const withPictures = hasPictures && table.kind === 'feedback';
    let found = 0;
    const lines = async function* (): AsyncGenerator<ImportLine> {
      for await (const rows of older.pages(name)) {
        const pictures = withPictures ? await picturesOf(older, rows) : new Map<string, string[]>();
        for (const each of pictures.values()) found += each.length;
        for (const row of rows) {
          const line = ids.push(row.id) - 1;
          const time = table.time(row);
          if (time === undefined) {
            yield { line, error: new ValidationError([{ path: 'timestamp', message: 'cannot be read' }]) };
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
          yield { line, value: { id, ...table.record(row, time) }, files: pictures.get(String(row.id)) ?? [] };
        }
      }
    };
    const report = await this.transfers.import(tenant, table.kind, lines(), {
      onProgress: ({ lines: done }) => onProgress?.(name, done, total),
      onRefused: (line, error) => onRefused?.(name, ids[line], error),
      onFiles: (taken, refused) => {
        extra.pictures += taken;
        extra.picturesRefused += refused;
      },
    });
    if (withPictures) extra.picturesOrphaned = (await older.count(OLDER_PICTURES.table)) - found;
    return { table: name, kind: table.kind, ...report, ...extra };
  }

  private keptDays(kind: OlderTable['kind']): number {
    const {
      retention: {
        days: retentionDays,
        feedbackDays: retentionFeedbackDays,
        metricsDays: retentionMetricsDays,
        predictionsDays: retentionPredictionsDays,
      },
    } = this.config;
    const own = { feedback: retentionFeedbackDays, metrics: retentionMetricsDays }[kind as 'feedback' | 'metrics'];
    return own ?? (kind === 'predictions' ? retentionPredictionsDays : undefined) ?? retentionDays;
  }
}

/** Base64 by the id of their feedback, in the order in which they were stored. */
async function picturesOf(older: LegacyDatabase, rows: readonly LegacyRow[]): Promise<Map<string, string[]>> {
  const { data, of, table } = OLDER_PICTURES;
  const pictures = new Map<string, string[]>();
  const found = await older.where(
    table,
    of,
    rows.map(({ id }) => id),
  );
  for (const row of [...found].sort((a, b) => Number(a.id) - Number(b.id))) {
    const bytes = row[data];
    const text = Buffer.isBuffer(bytes) ? bytes.toString('base64') : bytes;
    // Without bytes it is refused like anything else that is no picture.
    pictures.set(String(row[of]), [...(pictures.get(String(row[of])) ?? []), typeof text === 'string' ? text : '']);
  }
  return pictures;
}
