import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Full-text search by FTS5. A separate table numbers its documents, because the row numbers of a table with a text key
 * change when the file is vacuumed. Triggers keep the index up to date, whatever program writes.
 */
export class SearchFeedback1764000000008 implements MigrationInterface {
  name = 'SearchFeedback1764000000008';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [
      'CREATE TABLE "feedback_search_documents" ("number" INTEGER PRIMARY KEY, "feedback_id" text NOT NULL UNIQUE)',
      `CREATE VIRTUAL TABLE "feedback_search" USING fts5("search_text", content='', contentless_delete=1, tokenize='unicode61')`,
      `CREATE TRIGGER "feedback_search_insert" AFTER INSERT ON "feedback_submissions" BEGIN
        INSERT INTO "feedback_search_documents" ("feedback_id") VALUES (new."id");
        INSERT INTO "feedback_search" (rowid, "search_text")
          SELECT "number", new."search_text" FROM "feedback_search_documents" WHERE "feedback_id" = new."id";
      END`,
      `CREATE TRIGGER "feedback_search_delete" AFTER DELETE ON "feedback_submissions" BEGIN
        DELETE FROM "feedback_search" WHERE rowid = (SELECT "number" FROM "feedback_search_documents" WHERE "feedback_id" = old."id");
        DELETE FROM "feedback_search_documents" WHERE "feedback_id" = old."id";
      END`,
    ])
      await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [
      'DROP TRIGGER "feedback_search_delete"',
      'DROP TRIGGER "feedback_search_insert"',
      'DROP TABLE "feedback_search"',
      'DROP TABLE "feedback_search_documents"',
    ])
      await queryRunner.query(statement);
  }
}
