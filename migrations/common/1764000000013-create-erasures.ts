import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

export class CreateErasures1764000000013 implements MigrationInterface {
  name = 'CreateErasures1764000000013';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    await queryRunner.query(`CREATE TABLE "erasures" (
      "tenant_id" ${t.uuid} NOT NULL,
      "subject_hash" ${t.string(64)} NOT NULL,
      "certificate_id" ${t.uuid} NOT NULL,
      "requested_at" ${t.time} NOT NULL,
      "erased_at" ${t.time} NOT NULL,
      "found" ${t.boolean} NOT NULL,
      "removed" ${t.json} NOT NULL,
      CONSTRAINT "pk_erasures" PRIMARY KEY ("tenant_id", "subject_hash")
    )`);
    await queryRunner.query('CREATE INDEX "idx_erasures_requested" ON "erasures" ("requested_at")');
    // An erasure finds aliases and stored responses by the records they refer to.
    await queryRunner.query('CREATE INDEX "idx_record_aliases_record" ON "record_aliases" ("tenant_id", "record_id")');
    if (t.dialect === 'postgresql')
      await queryRunner.query(
        'CREATE INDEX "idx_idempotency_keys_records" ON "idempotency_keys" USING gin ("record_ids")',
      );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    if (typesOf(queryRunner).dialect === 'postgresql')
      await queryRunner.query('DROP INDEX "idx_idempotency_keys_records"');
    await queryRunner.query('DROP INDEX "idx_record_aliases_record"');
    await queryRunner.query('DROP TABLE "erasures"');
  }
}
