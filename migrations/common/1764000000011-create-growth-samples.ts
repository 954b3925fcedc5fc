import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

export class CreateGrowthSamples1764000000011 implements MigrationInterface {
  name = 'CreateGrowthSamples1764000000011';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    const count = t.dialect === 'sqlite' ? 'integer' : 'bigint';
    await queryRunner.query(`CREATE TABLE "growth_samples" (
      "tenant_id" ${t.uuid} NOT NULL,
      "table_name" ${t.string(64)} NOT NULL,
      "day" ${t.time} NOT NULL,
      "sampled_at" ${t.time} NOT NULL,
      "total_rows" ${count} NOT NULL,
      "total_bytes" ${count} NOT NULL,
      CONSTRAINT "pk_growth_samples" PRIMARY KEY ("tenant_id", "table_name", "day")
    )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "growth_samples"');
  }
}
