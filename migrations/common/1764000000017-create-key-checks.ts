import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

export class CreateKeyChecks1764000000017 implements MigrationInterface {
  name = 'CreateKeyChecks1764000000017';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    await queryRunner.query(`CREATE TABLE "key_checks" (
      "purpose" ${t.string(16)} NOT NULL,
      "key_id" ${t.string(16)} NOT NULL,
      "check_value" ${t.string(64)} NOT NULL,
      "recorded_at" ${t.time} NOT NULL,
      CONSTRAINT "pk_key_checks" PRIMARY KEY ("purpose")
    )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "key_checks"');
  }
}
