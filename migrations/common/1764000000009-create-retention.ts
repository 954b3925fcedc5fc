import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

export class CreateRetention1764000000009 implements MigrationInterface {
  name = 'CreateRetention1764000000009';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    await queryRunner.query(`CREATE TABLE "retention_runs" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "kind" ${t.string(32)} NOT NULL,
      "cutoff" ${t.time} NOT NULL,
      "started_at" ${t.time} NOT NULL,
      "heartbeat_at" ${t.time} NOT NULL,
      "finished_at" ${t.time},
      "runner" ${t.string(64)} NOT NULL,
      "deleted" integer NOT NULL,
      CONSTRAINT "pk_retention_runs" PRIMARY KEY ("id")
    )`);
    await queryRunner.query(
      'CREATE UNIQUE INDEX "uq_retention_runs_running" ON "retention_runs" ("tenant_id", "kind") WHERE finished_at IS NULL',
    );
    await queryRunner.query(
      'CREATE INDEX "idx_retention_runs_started" ON "retention_runs" ("tenant_id", "kind", "started_at")',
    );
    await queryRunner.query(`CREATE TABLE "retention_settings" (
      "tenant_id" ${t.uuid} NOT NULL,
      "kind" ${t.string(32)} NOT NULL,
      "days" integer NOT NULL,
      CONSTRAINT "pk_retention_settings" PRIMARY KEY ("tenant_id", "kind")
    )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['retention_settings', 'retention_runs']) await queryRunner.query(`DROP TABLE "${table}"`);
  }
}
