import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

const PREDICTED =
  'SELECT p.label FROM predictions p WHERE p.tenant_id = prediction_votes.tenant_id AND p.id = prediction_votes.prediction_id';

/**
 * Counts stored votes again: the label of a vote decides whether the prediction was correct. Votes whose `correct` said
 * otherwise are marked as conflicts.
 */
export class JudgeVotes1764000000018 implements MigrationInterface {
  name = 'JudgeVotes1764000000018';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE "prediction_votes" ADD COLUMN "conflict" ${typesOf(queryRunner).boolean}`);
    await queryRunner.query(
      `UPDATE prediction_votes SET conflict = (correct IS NOT NULL AND correct <> (label = (${PREDICTED}))), ` +
        `correct = (label = (${PREDICTED})) ` +
        `WHERE label IS NOT NULL AND NOT withdrawn AND EXISTS (${PREDICTED})`,
    );
  }

  /** Restores what the raters of conflicts had said. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('UPDATE prediction_votes SET correct = NOT correct WHERE conflict');
    await queryRunner.query('ALTER TABLE "prediction_votes" DROP COLUMN "conflict"');
  }
}
