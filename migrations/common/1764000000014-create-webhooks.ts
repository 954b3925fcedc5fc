import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

export class CreateWebhooks1764000000014 implements MigrationInterface {
  name = 'CreateWebhooks1764000000014';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    await queryRunner.query(`CREATE TABLE "webhooks" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "url" ${t.text} NOT NULL,
      "events" ${t.json} NOT NULL,
      "secret" ${t.text} NOT NULL,
      "created_at" ${t.time} NOT NULL,
      CONSTRAINT "pk_webhooks" PRIMARY KEY ("id")
    )`);
    await queryRunner.query('CREATE INDEX "idx_webhooks_tenant" ON "webhooks" ("tenant_id", "created_at", "id")');
    await queryRunner.query(`CREATE TABLE "webhook_deliveries" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "webhook_id" ${t.uuid} NOT NULL,
      "event" ${t.string(64)} NOT NULL,
      "data" ${t.json} NOT NULL,
      "created_at" ${t.time} NOT NULL,
      "attempts" integer NOT NULL,
      "next_attempt_at" ${t.time},
      "delivered_at" ${t.time},
      "last_status" integer,
      "last_error" ${t.string(200)},
      CONSTRAINT "pk_webhook_deliveries" PRIMARY KEY ("id")
    )`);
    await queryRunner.query(
      'CREATE INDEX "idx_webhook_deliveries_due" ON "webhook_deliveries" ("next_attempt_at") WHERE next_attempt_at IS NOT NULL',
    );
    await queryRunner.query(
      'CREATE INDEX "idx_webhook_deliveries_webhook" ON "webhook_deliveries" ("tenant_id", "webhook_id", "created_at", "id")',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['webhook_deliveries', 'webhooks']) await queryRunner.query(`DROP TABLE "${table}"`);
  }
}
