import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

const LIST = '"created_at", "id"';
const INDEXES: [name: string, columns: string, where?: string][] = [
  ['idx_feedback_created', `"tenant_id", ${LIST}`],
  ['idx_feedback_category', `"tenant_id", "category", ${LIST}`],
  ['idx_feedback_read', `"tenant_id", "is_read", ${LIST}`],
  ['idx_feedback_archived', `"tenant_id", "is_archived", ${LIST}`],
  ['idx_feedback_screenshot', `"tenant_id", "has_screenshot", ${LIST}`],
  ['idx_feedback_session', `"tenant_id", "session_id", ${LIST}`],
  ['idx_feedback_timestamp', '"tenant_id", "timestamp"'],
  ['idx_feedback_quarantine', `"tenant_id", ${LIST}`, 'quarantine IS NOT NULL'],
  ['idx_feedback_user', '"tenant_id", "user_id"', 'user_id IS NOT NULL'],
  ['idx_feedback_prediction', '"tenant_id", "prediction_id"', 'prediction_id IS NOT NULL'],
  ['idx_feedback_pending', LIST, "link = 'pending'"],
];

export class CreateFeedback1764000000007 implements MigrationInterface {
  name = 'CreateFeedback1764000000007';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    await queryRunner.query(`CREATE TABLE "feedback_submissions" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "session_id" ${t.string(128)} NOT NULL,
      "category" ${t.string(64)} NOT NULL,
      "description" ${t.text} NOT NULL,
      "url" ${t.text} NOT NULL,
      "timestamp" ${t.string(100)} NOT NULL,
      "browser" ${t.string(255)},
      "os" ${t.string(255)},
      "screen_resolution" ${t.string(64)},
      "viewport_size" ${t.string(64)},
      "user_id" ${t.string(128)},
      "prediction_id" ${t.uuid},
      "link" ${t.string(16)} NOT NULL,
      "has_screenshot" ${t.boolean} NOT NULL,
      "has_annotation" ${t.boolean} NOT NULL,
      "annotation_coords" ${t.json},
      "api_state" ${t.text},
      "created_at" ${t.time} NOT NULL,
      "is_read" ${t.boolean} NOT NULL,
      "is_archived" ${t.boolean} NOT NULL,
      "admin_notes" ${t.text},
      "quarantine" ${t.string(32)},
      "version" integer NOT NULL,
      "deleted_at" ${t.time},
      "search_text" ${t.text} NOT NULL,
      CONSTRAINT "pk_feedback_submissions" PRIMARY KEY ("id")
    )`);
    for (const [name, columns, where] of INDEXES)
      await queryRunner.query(
        `CREATE INDEX "${name}" ON "feedback_submissions" (${columns})${where ? ` WHERE ${where}` : ''}`,
      );
    await queryRunner.query(`CREATE TABLE "feedback_screenshots" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "feedback_id" ${t.uuid} NOT NULL,
      "n" integer NOT NULL,
      "state" ${t.string(16)} NOT NULL,
      "content_type" ${t.string(32)} NOT NULL,
      "width" integer,
      "height" integer,
      "size_kb" ${t.double} NOT NULL,
      "store" ${t.string(16)} NOT NULL,
      "screenshot_data" ${t.bytes},
      "thumbnail_data" ${t.bytes},
      "created_at" ${t.time} NOT NULL,
      "claimed_at" ${t.time},
      "attempts" integer NOT NULL,
      "failure" ${t.string(64)},
      CONSTRAINT "pk_feedback_screenshots" PRIMARY KEY ("id"),
      CONSTRAINT "fk_feedback_screenshots_feedback" FOREIGN KEY ("feedback_id") REFERENCES "feedback_submissions" ("id") ON DELETE CASCADE
    )`);
    await queryRunner.query(
      'CREATE UNIQUE INDEX "uq_feedback_screenshots_n" ON "feedback_screenshots" ("feedback_id", "n")',
    );
    await queryRunner.query(
      'CREATE INDEX "idx_feedback_screenshots_tenant" ON "feedback_screenshots" ("tenant_id", "created_at")',
    );
    await queryRunner.query(
      `CREATE INDEX "idx_feedback_screenshots_pending" ON "feedback_screenshots" (${LIST}) WHERE state = 'pending'`,
    );
    await queryRunner.query(`CREATE TABLE "feedback_submissions_history" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "feedback_id" ${t.uuid} NOT NULL,
      "version" integer NOT NULL,
      "changed_at" ${t.time} NOT NULL,
      "changed_by" ${t.string(64)} NOT NULL,
      "changes" ${t.json} NOT NULL,
      CONSTRAINT "pk_feedback_submissions_history" PRIMARY KEY ("id"),
      CONSTRAINT "fk_feedback_history_feedback" FOREIGN KEY ("feedback_id") REFERENCES "feedback_submissions" ("id") ON DELETE CASCADE
    )`);
    await queryRunner.query(
      'CREATE UNIQUE INDEX "uq_feedback_history_version" ON "feedback_submissions_history" ("feedback_id", "version")',
    );
    await queryRunner.query(`CREATE TABLE "blob_deletions" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "store" ${t.string(16)} NOT NULL,
      "created_at" ${t.time} NOT NULL,
      CONSTRAINT "pk_blob_deletions" PRIMARY KEY ("id")
    )`);
    await queryRunner.query('CREATE INDEX "idx_blob_deletions_created" ON "blob_deletions" ("created_at")');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of [
      'blob_deletions',
      'feedback_submissions_history',
      'feedback_screenshots',
      'feedback_submissions',
    ])
      await queryRunner.query(`DROP TABLE "${table}"`);
  }
}
