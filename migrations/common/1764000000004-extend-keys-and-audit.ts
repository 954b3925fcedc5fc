import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

const COLUMNS = ['publishable', 'allowed_origins', 'rate_limit_per_minute', 'created_by'] as const;

export class ExtendKeysAndAudit1764000000004 implements MigrationInterface {
  name = 'ExtendKeysAndAudit1764000000004';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    const types = {
      publishable: t.boolean,
      allowed_origins: t.json,
      rate_limit_per_minute: 'integer',
      created_by: t.string(64),
    };
    for (const column of COLUMNS)
      await queryRunner.query(`ALTER TABLE "api_keys" ADD COLUMN "${column}" ${types[column]}`);
    await queryRunner.query(`CREATE TABLE "audit_log" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "at" ${t.time} NOT NULL,
      "actor" ${t.string(64)} NOT NULL,
      "action" ${t.string(64)} NOT NULL,
      "target" ${t.string(128)} NOT NULL,
      "details" ${t.json},
      CONSTRAINT "pk_audit_log" PRIMARY KEY ("id")
    )`);
    await queryRunner.query('CREATE INDEX "idx_audit_log_tenant" ON "audit_log" ("tenant_id", "at", "id")');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "audit_log"');
    for (const column of [...COLUMNS].reverse())
      await queryRunner.query(`ALTER TABLE "api_keys" DROP COLUMN "${column}"`);
  }
}
