import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createPartitionStatements, partitionsFor } from '../support/partitions.js';
import { typesOf } from '../support/types.js';

const DAY_MS = 86_400_000;

export class CreateMetricEvents1764000000012 implements MigrationInterface {
  name = 'CreateMetricEvents1764000000012';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    const postgres = t.dialect === 'postgresql';
    await queryRunner.query(`CREATE TABLE "metric_events" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "type" ${t.string(64)} NOT NULL,
      "timestamp" ${t.time} NOT NULL,
      "user_id" ${t.string(128)},
      "org_id" ${t.string(128)},
      "external_id" ${t.string(255)},
      "data" ${t.json} NOT NULL,
      "sensitive" ${t.text},
      "accepted_id" ${t.uuid} NOT NULL,
      "accepted_at" ${t.time} NOT NULL,
      CONSTRAINT "pk_metric_events" PRIMARY KEY ("id")
    )${postgres ? ' PARTITION BY RANGE ("id")' : ''}`);
    for (const [name, columns, where] of INDEXES)
      await queryRunner.query(
        `CREATE INDEX "${name}" ON "metric_events" (${columns})${where ? ` WHERE ${where}` : ''}`,
      );
    if (postgres) {
      await queryRunner.query(
        'CREATE INDEX "idx_metric_events_data" ON "metric_events" USING gin ("data" jsonb_path_ops)',
      );
      for (const partition of partitionsFor('metric_events', Date.now() - 31 * DAY_MS, Date.now() + 62 * DAY_MS))
        for (const statement of createPartitionStatements('metric_events', partition))
          await queryRunner.query(statement);
    }
    await queryRunner.query(`CREATE TABLE "metric_event_keys" (
      "tenant_id" ${t.uuid} NOT NULL,
      "external_id" ${t.string(255)} NOT NULL,
      "event_id" ${t.uuid} NOT NULL,
      CONSTRAINT "pk_metric_event_keys" PRIMARY KEY ("tenant_id", "external_id")
    )`);
    await queryRunner.query(
      'CREATE INDEX "idx_metric_event_keys_event" ON "metric_event_keys" ("tenant_id", "event_id")',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['metric_event_keys', 'metric_events']) await queryRunner.query(`DROP TABLE "${table}"`);
  }
}

const INDEXES: [name: string, columns: string, where?: string][] = [
  ['idx_metric_events_timestamp', '"tenant_id", "timestamp", "id"'],
  ['idx_metric_events_type', '"tenant_id", "type", "timestamp", "id"'],
  ['idx_metric_events_user', '"tenant_id", "user_id", "timestamp", "id"', 'user_id IS NOT NULL'],
  ['idx_metric_events_org', '"tenant_id", "org_id", "timestamp", "id"', 'org_id IS NOT NULL'],
  ['idx_metric_events_external', '"tenant_id", "external_id"', 'external_id IS NOT NULL'],
];
