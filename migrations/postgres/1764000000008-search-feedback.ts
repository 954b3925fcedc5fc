import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Full-text search by a GIN index over words that the server has split and folded, which `simple` leaves unchanged. */
export class SearchFeedback1764000000008 implements MigrationInterface {
  name = 'SearchFeedback1764000000008';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE INDEX "idx_feedback_search" ON "feedback_submissions" USING gin (to_tsvector('simple', "search_text"))`,
    );
    // Screenshots are already compressed, so compressing them again only costs time.
    for (const column of ['screenshot_data', 'thumbnail_data'])
      await queryRunner.query(`ALTER TABLE "feedback_screenshots" ALTER COLUMN "${column}" SET STORAGE EXTERNAL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const column of ['thumbnail_data', 'screenshot_data'])
      await queryRunner.query(`ALTER TABLE "feedback_screenshots" ALTER COLUMN "${column}" SET STORAGE EXTENDED`);
    await queryRunner.query('DROP INDEX "idx_feedback_search"');
  }
}
