import { Inject, Injectable } from '@nestjs/common';
import { type AppError, type Clock, CLOCK, type TenantContext, type TimeRange } from '#kernel';
import { toAppError } from '#http';
import { RecordingService, ReplayGuards, storeInBatches } from '#ingest';
import {
  type AcceptedFiles,
  type BulkGroup,
  type BulkRow,
  type TransferKind,
  type TransferRecord,
  type TransferTable,
  StoredTables,
} from '#persistence';
import { FieldCipher } from '#secrets';
import type { Column } from '#tabular';
import { RecordForm } from './record-form.js';
import { idOf } from './stable-id.js';
import { TransferRepository } from './transfer.repository.js';

/** A line of a file: a record, or the reason why the line cannot be read. */
export interface ImportLine {
  line: number;
  value?: unknown;
  /** Whether every field is text, as in CSV. Numbers, times and JSON are parsed from it. */
  texts?: boolean;
  error?: AppError;
  /** Attached files, as Base64 or data URLs. */
  files?: readonly string[];
}

/** Number of lines of a file, by what became of them. */
export interface ImportReport {
  lines: number;
  imported: number;
  /** Existed already. */
  known: number;
  /** Skipped, because their subject was erased after they were accepted. */
  erased: number;
  refused: number;
}

export interface ImportOptions {
  /** Called after each batch. */
  onProgress?: (report: ImportReport) => Promise<void> | void;
  onRefused?: (line: number, error: AppError) => void;
  /** Called with the number of attached files that were stored and that were refused. */
  onFiles?: (stored: number, refused: number) => void;
  /** Progress of a previous run. Its lines are skipped. */
  before?: ImportReport;
  /**
   * Name of the file. The id of a record without one is derived from this name, the line number and the content, so
   * that a repeated import does not duplicate the record. Without this name, every record without an id is new.
   */
  source?: string;
}

const BATCH_ROWS = 500;
const BATCH_BYTES = 4_194_304;
const ROW_BYTES = 400;

/** A line that was read and can be stored. */
interface ReadLine {
  line: number;
  row: BulkRow;
  groups: readonly BulkGroup[];
  files: AcceptedFiles | undefined;
}

export const NOTHING_IMPORTED: ImportReport = { lines: 0, imported: 0, known: 0, erased: 0, refused: 0 };

/**
 * Exports records to files and imports them.
 *
 * - An export contains the stored records, decrypted, in order of id, with one page in memory at a time.
 * - An import checks, encrypts and counts records like any others, and keeps their ids and times.
 * - An import may be repeated: it skips records that exist already, and records whose subject was erased.
 */
@Injectable()
export class TransferService {
  private readonly forms = new Map<TransferKind, RecordForm>();

  constructor(
    private readonly tables: StoredTables,
    private readonly repository: TransferRepository,
    private readonly recording: RecordingService,
    private readonly guards: ReplayGuards,
    private readonly cipher: FieldCipher,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Returns the columns of an export; without those that hold text of people unless `withTexts`. */
  columns(kind: TransferKind, withTexts: boolean): Column<TransferRecord>[] {
    return this.form(kind).columns(withTexts);
  }

  /** Returns all records in the range, in order of id. Records accepted after the call may be missing. */
  async *pages(
    tenant: TenantContext,
    kind: TransferKind,
    range: TimeRange,
    filter: Readonly<Record<string, unknown>> = {},
  ): AsyncGenerator<TransferRecord[]> {
    const form = this.form(kind);
    for await (const rows of this.repository.pages(tenant, this.tables.transfer(kind), range, filter))
      yield rows.map((row) => form.toRecord(tenant, row, this.repository.dialect, this.cipher));
  }

  /**
   * Imports records. Reports lines that are refused, and continues with the next.
   *
   * @throws NotRecordedError, QueueFullError (503) if records cannot be stored now. The lines of the latest
   *   `onProgress` are stored; pass that report as `before` to continue.
   */
  async import(
    tenant: TenantContext,
    kind: TransferKind,
    lines: AsyncIterable<ImportLine>,
    { before = NOTHING_IMPORTED, onFiles, onProgress, onRefused, source }: ImportOptions = {},
  ): Promise<ImportReport> {
    const report = { ...before };
    const table = this.tables.transfer(kind);
    let batch: ReadLine[] = [];
    let bytes = 0;
    let line = before.lines;
    const refuse = (at: number, error: AppError): void => {
      report.refused += 1;
      onRefused?.(at, error);
    };
    const store = async (): Promise<void> => {
      const rows = batch;
      batch = [];
      bytes = 0;
      const stored = await this.store(tenant, table, rows, report, refuse);
      for (const { files } of stored) if (files) onFiles?.(files.accepted, files.refused);
      report.lines = line;
      await onProgress?.(report);
    };
    for await (const { error, files = [], line: at, texts = false, value } of lines) {
      if (at <= before.lines) continue;
      line = at;
      if (error) refuse(at, error);
      else
        try {
          const idAt = (time: number): string | undefined =>
            source === undefined
              ? undefined
              : idOf(`${tenant.tenantId} ${source}`, kind, `${at}\n${JSON.stringify(value)}`, time);
          const context = { now: this.clock.now(), cipher: this.cipher, texts, idAt };
          const row = this.form(kind).toRow(tenant, value, context);
          const attached = files.length > 0 ? await table.withFiles?.(tenant, row, files) : undefined;
          batch.push({ line: at, row: attached?.row ?? row, groups: attached?.groups ?? [], files: attached });
          bytes += files.reduce((sum, { length }) => sum + length, 0);
        } catch (thrown) {
          refuse(at, toAppError(thrown));
        }
      if (batch.length >= BATCH_ROWS || bytes >= BATCH_BYTES) await store();
    }
    await store();
    return report;
  }

  /** Stores a batch. Returns the lines that did not exist before. */
  private async store(
    tenant: TenantContext,
    table: TransferTable,
    batch: readonly ReadLine[],
    report: ImportReport,
    refuse: (line: number, error: AppError) => void,
  ): Promise<ReadLine[]> {
    const erased = await this.guards.refused(batch.map(({ row }) => row));
    report.erased += erased.size;
    const remaining = batch.filter(({ row }) => !erased.has(row));
    await this.repository.ensurePartitions(
      table,
      remaining.map(({ row }) => row[table.time] as number),
    );
    const known = await this.repository.findExisting(
      tenant,
      table,
      remaining.map(({ row }) => row),
    );
    await this.recording.room();
    const { refused, stored } = await storeInBatches(
      (lines) =>
        this.recording.record(tenant, {
          batch: {
            parts: [
              { insert: table.insert, rows: lines.map(({ row }) => row) },
              ...lines.flatMap(({ groups }) => groups),
            ],
            bytes: lines.reduce(
              (sum, { groups, row }) => sum + sizeOf([row, ...groups.flatMap(({ rows }) => rows)]),
              0,
            ),
            chosenIds: true,
          },
        }),
      remaining.map((read) => ({ line: read.line, id: String(read.row.id), chosenId: true, record: read })),
    );
    const unstored = refused.find(({ error }) => error.retryable);
    if (unstored) throw unstored.error;
    for (const { error, line } of refused) refuse(line, error);
    const existing = remaining.filter(({ line, row }) => known.has(row) && !refused.some((each) => each.line === line));
    report.known += existing.length;
    report.imported += stored - existing.length;
    return remaining.filter((read) => !existing.includes(read) && !refused.some(({ line }) => line === read.line));
  }

  private form(kind: TransferKind): RecordForm {
    let form = this.forms.get(kind);
    if (!form) {
      form = new RecordForm(this.tables.transfer(kind));
      this.forms.set(kind, form);
    }
    return form;
  }
}

/** Estimates the size of rows in bytes: a fixed size for each, plus the characters of long texts. */
function sizeOf(rows: readonly BulkRow[]): number {
  let size = ROW_BYTES * rows.length;
  for (const row of rows)
    for (const value of Object.values(row)) if (typeof value === 'string' && value.length > 100) size += value.length;
  return size;
}
