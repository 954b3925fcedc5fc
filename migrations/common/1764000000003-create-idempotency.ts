import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

export class CreateIdempotency1764000000003 implements MigrationInterface {
  name = 'CreateIdempotency1764000000003';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    await queryRunner.query(`CREATE TABLE "idempotency_keys" (
      "tenant_id" ${t.uuid} NOT NULL,
      "key_hash" ${t.string(64)} NOT NULL,
      "request_hash" ${t.string(64)} NOT NULL,
      "record_ids" ${t.json} NOT NULL,
      "answer" ${t.text} NOT NULL,
      "created_at" ${t.time} NOT NULL,
      CONSTRAINT "pk_idempotency_keys" PRIMARY KEY ("tenant_id", "key_hash")
    )`);
    await queryRunner.query('CREATE INDEX "idx_idempotency_keys_created" ON "idempotency_keys" ("created_at")');
    await queryRunner.query(`CREATE TABLE "record_aliases" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "record_id" ${t.uuid} NOT NULL,
      "created_at" ${t.time} NOT NULL,
      CONSTRAINT "pk_record_aliases" PRIMARY KEY ("id")
    )`);
    await queryRunner.query('CREATE INDEX "idx_record_aliases_created" ON "record_aliases" ("created_at")');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "record_aliases"');
    await queryRunner.query('DROP TABLE "idempotency_keys"');
  }
}
