import { type BulkRow, placeholders, UnitOfWork } from '#persistence';
import { Injectable } from '@nestjs/common';
import type { Position, TenantContext } from '#kernel';
import type { PendingItem } from './link-pass.js';
import { VOTES } from '../vote.table.js';

/** A vote on an alias of a record. Times are in milliseconds since 1970. */
export interface AliasedVote {
  id: string;
  tenantId: string;
  /** Id of the record behind the alias. */
  recordId: string;
  rater: string;
  userId: string | null;
  correct: boolean | null;
  conflict: boolean | null;
  label: string | null;
  rating: number | null;
  /** Encrypted. */
  comment: string | null;
  withdrawn: boolean;
  acceptedId: string;
  acceptedAt: number;
}

interface AliasedRow {
  id: string;
  tenant_id: string;
  rater: string;
  user_id: string | null;
  correct: unknown;
  conflict: unknown;
  label: string | null;
  rating: number | null;
  comment: string | null;
  withdrawn: unknown;
  accepted_id: string;
  accepted_at: unknown;
}

/** A pending vote or label. A label may refer to its prediction by the caller's own id. */
export interface PendingRow extends PendingItem {
  predictionId: string | null;
  inferenceId: string | null;
}

interface Row {
  id: string;
  tenant_id: string;
  time: unknown;
  prediction_id: string | null;
  inference_id: string | null;
}

const IS_JUDGED = 'label IS NOT NULL AND NOT withdrawn';
const PREDICTED =
  'SELECT p.label FROM predictions p WHERE p.tenant_id = prediction_votes.tenant_id AND p.id = prediction_votes.prediction_id';

/** Reads and links votes and labels whose predictions have not arrived. */
@Injectable()
export class PendingLinksRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Returns the next pending votes, ordered by time and id. `since` is in milliseconds since 1970.
   * @acrossTenants one pass for the installation
   */
  async nextVotes(since: number, after: Position | undefined, limit: number): Promise<PendingRow[]> {
    return this.next('prediction_votes', 'accepted_at', 'NULL', since, after, limit);
  }

  /**
   * Returns the next pending labels, ordered by time and id. `since` is in milliseconds since 1970.
   * @acrossTenants one pass for the installation
   */
  async nextLabels(since: number, after: Position | undefined, limit: number): Promise<PendingRow[]> {
    return this.next('prediction_labels', 'recorded_at', 'inference_id', since, after, limit);
  }

  /** Marks votes as linked to the prediction with their `prediction_id`, and judges those with a label as `judge` does. */
  async markVotes(tenant: TenantContext, ids: readonly string[]): Promise<void> {
    await this.unitOfWork.write((session) =>
      session.query(
        `UPDATE prediction_votes SET link = 'linked', conflict = CASE WHEN ${IS_JUDGED} AND correct IS NOT NULL ` +
          `AND correct <> (label = (${PREDICTED})) THEN TRUE ELSE conflict END, ` +
          `correct = CASE WHEN ${IS_JUDGED} THEN COALESCE(label = (${PREDICTED}), correct) ELSE correct END ` +
          `WHERE tenant_id = $1 AND id IN (${placeholders(ids)}) AND link = 'pending'`,
        [tenant.tenantId, ...ids],
      ),
    );
  }

  /** Links labels to predictions. */
  async linkLabels(tenant: TenantContext, links: readonly { id: string; predictionId: string }[]): Promise<void> {
    await this.unitOfWork.write(async (session) => {
      for (const { id, predictionId } of links)
        await session.query(
          `UPDATE prediction_labels SET link = 'linked', prediction_id = $1 WHERE tenant_id = $2 AND id = $3 AND link = 'pending'`,
          [predictionId, tenant.tenantId, id],
        );
    });
  }

  /** Returns a stored vote, whose comment is encrypted. */
  async vote(tenant: TenantContext, id: string, recordId: string): Promise<AliasedVote | undefined> {
    const { dialect } = this.unitOfWork;
    const row = await this.unitOfWork.find<AliasedRow>(
      tenant,
      'SELECT id, tenant_id, rater, user_id, correct, conflict, label, rating, comment, withdrawn, accepted_id, accepted_at ' +
        'FROM prediction_votes WHERE tenant_id = $1 AND id = $2',
      [id],
    );
    return (
      row && {
        id: row.id,
        tenantId: row.tenant_id,
        recordId,
        rater: row.rater,
        userId: row.user_id,
        correct: row.correct == null ? null : dialect.readBoolean(row.correct),
        conflict: row.conflict == null ? null : dialect.readBoolean(row.conflict),
        label: row.label,
        rating: row.rating,
        comment: row.comment,
        withdrawn: dialect.readBoolean(row.withdrawn),
        acceptedId: row.accepted_id,
        acceptedAt: dialect.readTime(row.accepted_at),
      }
    );
  }

  /**
   * Inserts `row` and deletes the vote that it replaces. A vote that was changed meanwhile stays, and is moved in a
   * later round.
   */
  async moveVote(tenant: TenantContext, { acceptedId, id }: AliasedVote, row: BulkRow): Promise<void> {
    await this.unitOfWork.write(async (session) => {
      await session.insert([{ insert: VOTES.insert, rows: [row] }]);
      await session.query('DELETE FROM prediction_votes WHERE tenant_id = $1 AND id = $2 AND accepted_id = $3', [
        tenant.tenantId,
        id,
        acceptedId,
      ]);
    });
  }

  private async next(
    table: string,
    time: string,
    inference: string,
    since: number,
    after: Position | undefined,
    limit: number,
  ): Promise<PendingRow[]> {
    const { dialect } = this.unitOfWork;
    const from = after ? ` AND (${time}, id) > ($3, $4)` : '';
    const rows = await this.unitOfWork.readAcrossTenants<Row>(
      `SELECT id, tenant_id, ${time} AS time, prediction_id, ${inference} AS inference_id FROM ${table} ` +
        `WHERE link = 'pending' AND ${time} >= $1${from} ORDER BY ${time}, id LIMIT $2`,
      [dialect.time(since), limit, ...(after ? [dialect.time(after.time), after.id] : [])],
    );
    return rows.map((row) => ({
      id: row.id,
      tenantId: row.tenant_id,
      time: dialect.readTime(row.time),
      predictionId: row.prediction_id,
      inferenceId: row.inference_id,
    }));
  }
}
