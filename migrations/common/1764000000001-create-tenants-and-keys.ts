import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

export class CreateTenantsAndKeys1764000000001 implements MigrationInterface {
  name = 'CreateTenantsAndKeys1764000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    await queryRunner.query(`CREATE TABLE "tenants" (
      "id" ${t.uuid} NOT NULL,
      "slug" ${t.string(64)} NOT NULL,
      "name" ${t.string(200)} NOT NULL,
      "created_at" ${t.time} NOT NULL,
      CONSTRAINT "pk_tenants" PRIMARY KEY ("id")
    )`);
    await queryRunner.query('CREATE UNIQUE INDEX "uq_tenants_slug" ON "tenants" ("slug")');
    await queryRunner.query(`CREATE TABLE "api_keys" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "public_id" ${t.string(16)} NOT NULL,
      "secret_sha256" ${t.string(64)} NOT NULL,
      "name" ${t.string(200)} NOT NULL,
      "scopes" ${t.json} NOT NULL,
      "created_at" ${t.time} NOT NULL,
      "expires_at" ${t.time},
      "revoked_at" ${t.time},
      "last_used_at" ${t.time},
      CONSTRAINT "pk_api_keys" PRIMARY KEY ("id")
    )`);
    await queryRunner.query('CREATE UNIQUE INDEX "uq_api_keys_public_id" ON "api_keys" ("public_id")');
    await queryRunner.query('CREATE INDEX "idx_api_keys_tenant" ON "api_keys" ("tenant_id", "created_at", "id")');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "api_keys"');
    await queryRunner.query('DROP TABLE "tenants"');
  }
}
