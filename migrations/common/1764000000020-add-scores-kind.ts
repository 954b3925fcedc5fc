import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

/** Adds what the scores of a prediction are. The kind of stored scores is determined when they are read. */
export class AddScoresKind1764000000020 implements MigrationInterface {
  name = 'AddScoresKind1764000000020';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE "predictions" ADD COLUMN "scores_kind" ${typesOf(queryRunner).string(16)}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "predictions" DROP COLUMN "scores_kind"');
  }
}
