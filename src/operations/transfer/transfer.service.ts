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

/** What a file holds: records, or lines that could not be read. */
export interface ImportLine {
  line: number;
  value?: unknown;
  /** Every field is a text, as in CSV: numbers and JSON are read from them. */
  texts?: boolean;
  error?: AppError;
  /** Base64, or data URLs. */
  files?: readonly string[];
}

/** What became of the lines of a file. */
export interface ImportReport {
  lines: number;
  imported: number;
  /** They were there before. */
  known: number;
  /** Their subject was erased after they had been accepted. */
  erased: number;
  refused: number;
}

export interface ImportOptions {
  /** After each batch. */
  onProgress?: (report: ImportReport) => Promise<void> | void;
  onRefused?: (line: number, error: AppError) => void;
  /** Files that were stored, and that were not. */
  onFiles?: (taken: number, refused: number) => void;
  /** What an earlier run has done: so many lines are passed over. */
  before?: ImportReport;
  /**
   * Names the file: a record without an id gets one made of it, its line and what it says, so that importing it again is importing the same.
   * Without a name every record without an id is new.
   */
  source?: string;
}

const BATCH_ROWS = 500;
const BATCH_BYTES = 4_194_304;
const ROW_BYTES = 400;

/** A line as it will be stored. */
interface ReadLine {
  line: number;
  row: BulkRow;
  groups: readonly BulkGroup[];
  files: AcceptedFiles | undefined;
}

export const NOTHING_IMPORTED: ImportReport = { lines: 0, imported: 0, known: 0, erased: 0, refused: 0 };

/**
 * Takes records out as files and brings them in again.
 *
 * - an export shows what is stored, opened, in the order of ids, a page in memory at a time
 * - an import goes the way of every record (checked, encrypted, in rollups), keeps ids and times, and may be repeated: a record that is
 *   there is left alone, one whose subject was erased stays away
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

  columns(kind: TransferKind, withTexts: boolean): Column<TransferRecord>[] {
    return this.form(kind).columns(withTexts);
  }

  /** Everything in the range, by id; what is younger than the question may be left out. */
  async *pages(tenant: TenantContext, kind: TransferKind, range: TimeRange): AsyncGenerator<TransferRecord[]> {
    const form = this.form(kind);
    for await (const rows of this.repository.pages(tenant, this.tables.transfer(kind), range))
      yield rows.map((row) => form.toRecord(tenant, row, this.repository.dialect, this.cipher));
  }

  /** @throws NotRecordedError, QueueFullError (503): what `onProgress` said last is stored, and the import may be repeated from there */
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
          const taken = files.length > 0 ? await table.withFiles?.(tenant, row, files) : undefined;
          batch.push({ line: at, row: taken?.row ?? row, groups: taken?.groups ?? [], files: taken });
          bytes += files.reduce((sum, { length }) => sum + length, 0);
        } catch (thrown) {
          refuse(at, toAppError(thrown));
        }
      if (batch.length >= BATCH_ROWS || bytes >= BATCH_BYTES) await store();
    }
    await store();
    return report;
  }

  /** Answers the lines that are new. */
  private async store(
    tenant: TenantContext,
    table: TransferTable,
    batch: readonly ReadLine[],
    report: ImportReport,
    refuse: (line: number, error: AppError) => void,
  ): Promise<ReadLine[]> {
    const gone = await this.guards.refused(batch.map(({ row }) => row));
    report.erased += gone.size;
    const kept = batch.filter(({ row }) => !gone.has(row));
    await this.repository.makeRoomFor(
      table,
      kept.map(({ row }) => row[table.time] as number),
    );
    const known = await this.repository.known(
      tenant,
      table,
      kept.map(({ row }) => row),
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
      kept.map((read) => ({ line: read.line, id: String(read.row.id), chosenId: true, record: read })),
    );
    const unstored = refused.find(({ error }) => error.retryable);
    if (unstored) throw unstored.error;
    for (const { error, line } of refused) refuse(line, error);
    const again = kept.filter(({ line, row }) => known.has(row) && !refused.some((each) => each.line === line));
    report.known += again.length;
    report.imported += stored - again.length;
    return kept.filter((read) => !again.includes(read) && !refused.some(({ line }) => line === read.line));
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

/** Characters of what is not of a fixed size. */
function sizeOf(rows: readonly BulkRow[]): number {
  let size = ROW_BYTES * rows.length;
  for (const row of rows)
    for (const value of Object.values(row)) if (typeof value === 'string' && value.length > 100) size += value.length;
  return size;
}
