import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

export class CreateTrainingSets1764000000015 implements MigrationInterface {
  name = 'CreateTrainingSets1764000000015';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    await queryRunner.query(`CREATE TABLE "training_sets" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "name" ${t.string(100)} NOT NULL,
      "state" ${t.string(16)} NOT NULL,
      "selection" ${t.json} NOT NULL,
      "provenance" ${t.json} NOT NULL,
      "examples" integer NOT NULL,
      "sha256" ${t.string(64)},
      "created_at" ${t.time} NOT NULL,
      "created_by" ${t.string(64)} NOT NULL,
      "revoked_at" ${t.time},
      "predecessor_id" ${t.uuid},
      "successor_id" ${t.uuid},
      CONSTRAINT "pk_training_sets" PRIMARY KEY ("id")
    )`);
    await queryRunner.query(
      'CREATE INDEX "idx_training_sets_tenant" ON "training_sets" ("tenant_id", "created_at", "id")',
    );
    await queryRunner.query(`CREATE TABLE "training_examples" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "training_set_id" ${t.uuid} NOT NULL,
      "n" integer NOT NULL,
      "body" ${t.text} NOT NULL,
      CONSTRAINT "pk_training_examples" PRIMARY KEY ("id")
    )`);
    await queryRunner.query(
      'CREATE UNIQUE INDEX "uq_training_examples_n" ON "training_examples" ("training_set_id", "n")',
    );
    await queryRunner.query(`CREATE TABLE "training_sources" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "training_set_id" ${t.uuid} NOT NULL,
      "n" integer NOT NULL,
      "prediction_id" ${t.uuid} NOT NULL,
      "user_id" ${t.string(128)} NOT NULL,
      "accepted_at" ${t.time} NOT NULL,
      CONSTRAINT "pk_training_sources" PRIMARY KEY ("id")
    )`);
    await queryRunner.query(
      'CREATE INDEX "idx_training_sources_user" ON "training_sources" ("tenant_id", "user_id", "training_set_id")',
    );
    await queryRunner.query('CREATE INDEX "idx_training_sources_set" ON "training_sources" ("training_set_id", "n")');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['training_sources', 'training_examples', 'training_sets'])
      await queryRunner.query(`DROP TABLE "${table}"`);
  }
}
