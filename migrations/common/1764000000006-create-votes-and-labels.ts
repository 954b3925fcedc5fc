import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

const INDEXES: [name: string, table: string, columns: string, where?: string][] = [
  ['idx_prediction_votes_prediction', 'prediction_votes', '"tenant_id", "prediction_id"'],
  ['idx_prediction_votes_accepted', 'prediction_votes', '"tenant_id", "accepted_at", "id"'],
  ['idx_prediction_votes_user', 'prediction_votes', '"tenant_id", "user_id"', 'user_id IS NOT NULL'],
  ['idx_prediction_votes_pending', 'prediction_votes', '"accepted_at", "id"', "link = 'pending'"],
  ['idx_prediction_labels_prediction', 'prediction_labels', '"tenant_id", "prediction_id", "recorded_at"'],
  [
    'idx_prediction_labels_inference',
    'prediction_labels',
    '"tenant_id", "inference_id", "recorded_at"',
    'inference_id IS NOT NULL',
  ],
  ['idx_prediction_labels_recorded', 'prediction_labels', '"tenant_id", "recorded_at", "id"'],
  ['idx_prediction_labels_user', 'prediction_labels', '"tenant_id", "user_id"', 'user_id IS NOT NULL'],
  ['idx_prediction_labels_pending', 'prediction_labels', '"recorded_at", "id"', "link = 'pending'"],
];

export class CreateVotesAndLabels1764000000006 implements MigrationInterface {
  name = 'CreateVotesAndLabels1764000000006';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    await queryRunner.query(`CREATE TABLE "prediction_votes" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "prediction_id" ${t.uuid} NOT NULL,
      "rater" ${t.string(160)} NOT NULL,
      "user_id" ${t.string(128)},
      "correct" ${t.boolean},
      "label" ${t.string(64)},
      "rating" integer,
      "comment" ${t.text},
      "withdrawn" ${t.boolean} NOT NULL,
      "accepted_id" ${t.uuid} NOT NULL,
      "accepted_at" ${t.time} NOT NULL,
      "link" ${t.string(16)} NOT NULL,
      CONSTRAINT "pk_prediction_votes" PRIMARY KEY ("id")
    )`);
    await queryRunner.query(`CREATE TABLE "prediction_labels" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "given_prediction_id" ${t.uuid},
      "given_valid_at" ${t.time},
      "prediction_id" ${t.uuid},
      "inference_id" ${t.string(128)},
      "label" ${t.string(64)} NOT NULL,
      "source" ${t.string(16)} NOT NULL,
      "pi" ${t.double},
      "valid_at" ${t.time} NOT NULL,
      "recorded_at" ${t.time} NOT NULL,
      "labeller" ${t.string(128)},
      "user_id" ${t.string(128)},
      "link" ${t.string(16)} NOT NULL,
      CONSTRAINT "pk_prediction_labels" PRIMARY KEY ("id")
    )`);
    for (const [name, table, columns, where] of INDEXES)
      await queryRunner.query(`CREATE INDEX "${name}" ON "${table}" (${columns})${where ? ` WHERE ${where}` : ''}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['prediction_labels', 'prediction_votes']) await queryRunner.query(`DROP TABLE "${table}"`);
  }
}
