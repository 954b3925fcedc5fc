import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../persistence/index.js';

const BATCH_ROWS = 500;

/** Submissions that name a prediction which was not here. */
@Injectable()
export class PendingSubmissionsRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Links those of any tenant, received since `since`, whose prediction is here now; an alias becomes the record. */
  async link(since: number): Promise<number> {
    const rows = await this.unitOfWork.write((session) =>
      session.query(
        `UPDATE feedback_submissions SET link = 'linked', prediction_id = COALESCE((SELECT a.record_id FROM record_aliases a ` +
          'WHERE a.id = feedback_submissions.prediction_id AND a.tenant_id = feedback_submissions.tenant_id), prediction_id) ' +
          `WHERE id IN (SELECT f.id FROM feedback_submissions f WHERE f.link = 'pending' AND f.created_at >= $1 AND (EXISTS ` +
          '(SELECT 1 FROM predictions p WHERE p.id = f.prediction_id AND p.tenant_id = f.tenant_id) OR EXISTS (SELECT 1 FROM record_aliases a ' +
          `WHERE a.id = f.prediction_id AND a.tenant_id = f.tenant_id)) LIMIT ${BATCH_ROWS}) RETURNING id`,
        [this.unitOfWork.dialect.time(since)],
      ),
    );
    return rows.length;
  }
}
