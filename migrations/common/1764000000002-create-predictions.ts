import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createPartitionStatements, partitionsFor } from '../support/partitions.js';
import { typesOf } from '../support/types.js';

const DAY_MS = 86_400_000;

export class CreatePredictions1764000000002 implements MigrationInterface {
  name = 'CreatePredictions1764000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    const partitioned = t.dialect === 'postgresql' ? ' PARTITION BY RANGE ("id")' : '';
    await queryRunner.query(`CREATE TABLE "predictions" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "timestamp" ${t.time} NOT NULL,
      "recorded_at" ${t.time} NOT NULL,
      "input_text" ${t.text},
      "input_hash" ${t.string(64)},
      "model" ${t.string(100)} NOT NULL,
      "model_version" ${t.string(100)} NOT NULL,
      "label" ${t.string(64)} NOT NULL,
      "confidence_score" ${t.double},
      "scores" ${t.json},
      "latency_ms" ${t.double},
      "cache_hit" ${t.boolean} NOT NULL,
      "inference_id" ${t.string(128)},
      "user_id" ${t.string(128)},
      "session_id" ${t.string(128)},
      "metadata" ${t.json},
      "source" ${t.string(16)} NOT NULL,
      CONSTRAINT "pk_predictions" PRIMARY KEY ("id")
    )${partitioned}`);
    for (const [name, columns, where] of INDEXES) {
      await queryRunner.query(`CREATE INDEX "${name}" ON "predictions" (${columns})${where ? ` WHERE ${where}` : ''}`);
    }
    if (t.dialect === 'postgresql') {
      // The configured retention is unknown here. The migrator creates earlier partitions right after this.
      for (const partition of partitionsFor('predictions', Date.now() - 31 * DAY_MS, Date.now() + 62 * DAY_MS)) {
        for (const statement of createPartitionStatements('predictions', partition)) await queryRunner.query(statement);
      }
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE "predictions"');
  }
}

const INDEXES: [name: string, columns: string, where?: string][] = [
  ['idx_predictions_timestamp', '"tenant_id", "timestamp", "id"'],
  ['idx_predictions_label', '"tenant_id", "label", "timestamp", "id"'],
  ['idx_predictions_timestamp_label', '"tenant_id", "timestamp", "label"'],
  ['idx_predictions_inference', '"tenant_id", "inference_id", "id"', 'inference_id IS NOT NULL'],
  ['idx_predictions_user', '"tenant_id", "user_id", "id"', 'user_id IS NOT NULL'],
  ['idx_predictions_session', '"tenant_id", "session_id", "id"', 'session_id IS NOT NULL'],
];
