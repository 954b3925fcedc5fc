import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

export class CreateModels1764000000016 implements MigrationInterface {
  name = 'CreateModels1764000000016';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    await queryRunner.query(`CREATE TABLE "models" (
      "id" ${t.uuid} NOT NULL,
      "record_id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "name" ${t.string(100)} NOT NULL,
      "model_version" ${t.string(100)} NOT NULL,
      "labels" ${t.json} NOT NULL,
      "traffic" ${t.double} NOT NULL,
      "shadow" ${t.boolean} NOT NULL,
      "version" integer NOT NULL,
      "valid_from" ${t.time} NOT NULL,
      "valid_to" ${t.time},
      "changed_by" ${t.string(64)} NOT NULL,
      "created_at" ${t.time} NOT NULL,
      "deleted_at" ${t.time},
      CONSTRAINT "pk_models" PRIMARY KEY ("id")
    )`);
    await queryRunner.query('CREATE UNIQUE INDEX "uq_models_version" ON "models" ("record_id", "version")');
    await queryRunner.query(
      'CREATE UNIQUE INDEX "uq_models_current" ON "models" ("tenant_id", "name") WHERE valid_to IS NULL',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "models"');
  }
}
