import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Full text by FTS5. Its documents are numbered in a table of their own: the row numbers of a table whose key is a text change
 * when the file is vacuumed. Triggers keep it in step whatever writes.
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
