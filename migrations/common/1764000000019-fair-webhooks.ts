import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

/**
 * Deliveries are taken for each webhook and event, so that many of one kind delay no other. The index of all due
 * deliveries stays for servers of the previous release.
 */
export class FairWebhooks1764000000019 implements MigrationInterface {
  name = 'FairWebhooks1764000000019';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    await queryRunner.query(
      'CREATE INDEX "idx_webhook_deliveries_lane" ON "webhook_deliveries" ("webhook_id", "event", "next_attempt_at") WHERE next_attempt_at IS NOT NULL',
    );
    await queryRunner.query(`ALTER TABLE "webhooks" ADD COLUMN "last_batch_at" ${t.time}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "webhooks" DROP COLUMN "last_batch_at"');
    await queryRunner.query('DROP INDEX "idx_webhook_deliveries_lane"');
  }
}
