import {
  type BulkRow,
  type ChangeWork,
  placeholders,
  TrainingSetEntity,
  UnitOfWork,
  type WriteSession,
} from '#persistence';
import { Injectable } from '@nestjs/common';
import { HOUR_MS, type Position, smallestIdAt, type TenantContext, uuidv7 } from '#kernel';
import { FieldCipher } from '#secrets';
import { type Provenance, type TrainingExample, type TrainingSelection, type TrainingSet } from './training-set.js';
import { EXAMPLES, SOURCES } from './training-set.table.js';

type Row = Record<string, unknown>;

/** A line of a set with the predictions and labels that it is based on. `acceptedAt` is in milliseconds since 1970. */
export interface NewExample {
  n: number;
  example: TrainingExample;
  sources: readonly { predictionId: string; userId: string | null; acceptedAt: number }[];
}

const PAGE = 500;
const COLUMNS =
  'id, tenant_id, name, state, selection, provenance, examples, sha256, created_at, created_by, revoked_at, predecessor_id, successor_id';

@Injectable()
export class TrainingSetsRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly cipher: FieldCipher,
  ) {}

  async find(tenant: TenantContext, id: string): Promise<TrainingSet | undefined> {
    const row = await this.unitOfWork.find<Row>(
      tenant,
      `SELECT ${COLUMNS} FROM training_sets WHERE tenant_id = $1 AND id = $2`,
      [id],
    );
    return row && this.toSet(row);
  }

  /** Returns at most `limit` sets after `position`, newest first. */
  async list(tenant: TenantContext, limit: number, position?: Position): Promise<TrainingSet[]> {
    const { dialect } = this.unitOfWork;
    const after = position ? ' AND (created_at, id) < ($3, $4)' : '';
    const rows = await this.unitOfWork.read<Row>(
      tenant,
      `SELECT ${COLUMNS} FROM training_sets WHERE tenant_id = $1${after} ORDER BY created_at DESC, id DESC LIMIT $2`,
      [limit, ...(position ? [dialect.time(position.time), position.id] : [])],
    );
    return rows.map((row) => this.toSet(row));
  }

  /** Stores lines of a set that is not visible yet. Returns the rows that record their users. */
  async addExamples(tenant: TenantContext, setId: string, examples: readonly NewExample[]): Promise<BulkRow[]> {
    const base = { tenant_id: tenant.tenantId, training_set_id: setId };
    const bodies = examples.map(({ example, n }) => {
      const id = uuidv7();
      return { ...base, id, n, body: this.cipher.seal(tenant, EXAMPLES.place(id, 'body'), JSON.stringify(example)) };
    });
    const sources = examples.flatMap(({ n, sources: owners }) =>
      owners.flatMap(({ acceptedAt, predictionId, userId }) =>
        userId === null
          ? []
          : [{ ...base, id: uuidv7(), n, prediction_id: predictionId, user_id: userId, accepted_at: acceptedAt }],
      ),
    );
    await this.unitOfWork.write((session) =>
      session.insert([
        { insert: EXAMPLES.insert, rows: bodies },
        { insert: SOURCES.insert, rows: sources.slice(0, PAGE) },
      ]),
    );
    for (let i = PAGE; i < sources.length; i += PAGE)
      await this.unitOfWork.write((session) =>
        session.insert([{ insert: SOURCES.insert, rows: sources.slice(i, i + PAGE) }]),
      );
    return sources;
  }

  async removeExamples(tenant: TenantContext, setId: string, lines: readonly number[]): Promise<void> {
    await this.unitOfWork.write((session) => this.deleteLines(session, tenant, setId, lines));
  }

  /** Returns the work that stores a set, whose lines must already be stored. */
  creation(tenant: TenantContext, set: TrainingSet): ChangeWork {
    return async (manager) => {
      await manager.insert(TrainingSetEntity, {
        ...set,
        tenantId: tenant.tenantId,
        selection: set.selection as object,
        provenance: set.provenance as object,
      });
    };
  }

  /** Clears the checksum of a set whose lines have changed, so that the set is summarized again. */
  async clearChecksum(tenant: TenantContext, id: string): Promise<void> {
    await this.unitOfWork.write((session) =>
      session.query(
        "UPDATE training_sets SET sha256 = NULL WHERE tenant_id = $1 AND id = $2 AND state = 'ready' RETURNING id",
        [tenant.tenantId, id],
      ),
    );
  }

  /** Stores what is known only after all lines have been read. */
  async saveSummary(
    tenant: TenantContext,
    { examples, id, provenance, sha256 }: Pick<TrainingSet, 'id' | 'sha256' | 'examples' | 'provenance'>,
  ): Promise<void> {
    await this.unitOfWork.write((session) =>
      session.query(
        'UPDATE training_sets SET sha256 = $3, examples = $4, provenance = $5 ' +
          "WHERE tenant_id = $1 AND id = $2 AND state = 'ready' AND sha256 IS NULL RETURNING id",
        [tenant.tenantId, id, sha256, examples, JSON.stringify(provenance)],
      ),
    );
  }

  /** Reads the lines of a set in order, in pages of at most 500. */
  async *examples(tenant: TenantContext, setId: string): AsyncGenerator<TrainingExample[]> {
    for (let after = -1; ;) {
      const rows = await this.unitOfWork.read<{ id: string; n: number; body: string }>(
        tenant,
        `SELECT id, tenant_id, n, body FROM training_examples WHERE tenant_id = $1 AND training_set_id = $2 AND n > $3 ORDER BY n LIMIT ${PAGE}`,
        [setId, after],
      );
      yield rows.map(
        ({ body, id }) => JSON.parse(this.cipher.open(tenant, EXAMPLES.place(id, 'body'), body)) as TrainingExample,
      );
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = last.n;
    }
  }

  async remove(tenant: TenantContext, id: string): Promise<void> {
    await this.unitOfWork.write(async (session) => {
      for (const [table, column] of [
        ['training_sources', 'training_set_id'],
        ['training_examples', 'training_set_id'],
        ['training_sets', 'id'],
      ])
        await session.query(`DELETE FROM ${table} WHERE tenant_id = $1 AND ${column} = $2 RETURNING tenant_id`, [
          tenant.tenantId,
          id,
        ]);
    });
  }

  /**
   * Deletes lines of sets that were not finished within an hour, because their server stopped. `now` is in milliseconds
   * since 1970.
   */
  async removeUnfinished(tenant: TenantContext, now: number): Promise<void> {
    await this.unitOfWork.write(async (session) => {
      for (const table of ['training_sources', 'training_examples'])
        await session.query(
          `DELETE FROM ${table} WHERE tenant_id = $1 AND id < $2 AND NOT EXISTS (SELECT 1 FROM training_sets s WHERE s.id = ${table}.training_set_id) RETURNING tenant_id`,
          [tenant.tenantId, smallestIdAt(now - HOUR_MS)],
        );
    });
  }

  /**
   * Revokes a set in the transaction of an erasure that has deleted the sources of `lines`. Lines of the subject are
   * deleted, and the others move to a successor. Copies of the revoked set contain the subject, so the successor has a new
   * id.
   */
  async replaceAfterErasure(
    tenant: TenantContext,
    session: WriteSession,
    { lines, setId, userIds }: { setId: string; lines: readonly number[]; userIds: readonly string[] },
    now: number,
  ): Promise<void> {
    const marks = placeholders(userIds, 3);
    const others = await session.query<{ n: number }>(
      `SELECT DISTINCT n FROM training_sources WHERE tenant_id = $1 AND training_set_id = $2 AND user_id IN (${marks})`,
      [tenant.tenantId, setId, ...userIds],
    );
    const affected = [...new Set([...lines, ...others.map(({ n }) => n)])];
    const [row] = await session.query<Row>(`SELECT ${COLUMNS} FROM training_sets WHERE tenant_id = $1 AND id = $2`, [
      tenant.tenantId,
      setId,
    ]);
    await this.deleteLines(session, tenant, setId, affected);
    const set = row && this.toSet(row);
    if (set?.state !== 'ready') return;
    const successor: TrainingSet = {
      ...set,
      id: uuidv7(now),
      examples: set.examples - affected.length,
      sha256: null,
      provenance: { ...set.provenance, by_label: {} },
      createdAt: now,
      predecessorId: set.id,
      successorId: null,
    };
    await this.insert(session, tenant, successor);
    for (const table of ['training_examples', 'training_sources'])
      await session.query(`UPDATE ${table} SET training_set_id = $3 WHERE tenant_id = $1 AND training_set_id = $2`, [
        tenant.tenantId,
        setId,
        successor.id,
      ]);
    await session.query(
      "UPDATE training_sets SET state = 'revoked', revoked_at = $3, successor_id = $4, provenance = $5 WHERE tenant_id = $1 AND id = $2",
      [
        tenant.tenantId,
        setId,
        this.unitOfWork.dialect.time(now),
        successor.id,
        // A label may contain words of the erased subject.
        JSON.stringify({ ...set.provenance, by_label: {} }),
      ],
    );
  }

  private async deleteLines(
    session: WriteSession,
    { tenantId }: TenantContext,
    setId: string,
    lines: readonly number[],
  ): Promise<void> {
    for (let i = 0; i < lines.length; i += PAGE) {
      const chunk = lines.slice(i, i + PAGE);
      const marks = placeholders(chunk, 3);
      for (const table of ['training_sources', 'training_examples'])
        await session.query(
          `DELETE FROM ${table} WHERE tenant_id = $1 AND training_set_id = $2 AND n IN (${marks}) RETURNING tenant_id`,
          [tenantId, setId, ...chunk],
        );
    }
  }

  private async insert(session: WriteSession, { tenantId }: TenantContext, set: TrainingSet): Promise<void> {
    const { time } = this.unitOfWork.dialect;
    await session.query(
      `INSERT INTO training_sets (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, $11, NULL) RETURNING id`,
      [
        set.id,
        tenantId,
        set.name,
        set.state,
        JSON.stringify(set.selection),
        JSON.stringify(set.provenance),
        set.examples,
        set.sha256,
        time(set.createdAt),
        set.createdBy,
        set.predecessorId,
      ],
    );
  }

  private toSet(row: Row): TrainingSet {
    const { readJson, readTime } = this.unitOfWork.dialect;
    return {
      id: String(row.id),
      name: String(row.name),
      state: row.state as TrainingSet['state'],
      selection: readJson<TrainingSelection>(row.selection) as TrainingSelection,
      provenance: readJson<Provenance>(row.provenance) as Provenance,
      examples: Number(row.examples),
      sha256: row.sha256 as string | null,
      createdAt: readTime(row.created_at),
      createdBy: String(row.created_by),
      revokedAt: row.revoked_at === null ? null : readTime(row.revoked_at),
      predecessorId: row.predecessor_id as string | null,
      successorId: row.successor_id as string | null,
    };
  }
}
