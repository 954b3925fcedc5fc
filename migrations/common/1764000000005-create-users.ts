import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

const INDEXES: [name: string, table: string, columns: string, unique?: boolean][] = [
  ['uq_users_email', 'users', '"tenant_id", "email"', true],
  ['idx_users_tenant', 'users', '"tenant_id", "created_at", "id"'],
  ['idx_user_sessions_user', 'user_sessions', '"user_id"'],
  ['idx_user_sessions_expires', 'user_sessions', '"expires_at"'],
  ['idx_user_tokens_user', 'user_tokens', '"user_id"'],
  ['idx_user_tokens_expires', 'user_tokens', '"expires_at"'],
  ['idx_login_attempts_last', 'login_attempts', '"last_at"'],
];

export class CreateUsers1764000000005 implements MigrationInterface {
  name = 'CreateUsers1764000000005';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    await queryRunner.query(`CREATE TABLE "users" (
      "id" ${t.uuid} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "email" ${t.string(254)} NOT NULL,
      "name" ${t.string(200)} NOT NULL,
      "role" ${t.string(16)} NOT NULL,
      "password_hash" ${t.text},
      "created_at" ${t.time} NOT NULL,
      "created_by" ${t.string(64)} NOT NULL,
      "disabled_at" ${t.time},
      "last_login_at" ${t.time},
      "version" integer NOT NULL,
      CONSTRAINT "pk_users" PRIMARY KEY ("id")
    )`);
    await queryRunner.query(`CREATE TABLE "user_sessions" (
      "token_hash" ${t.string(64)} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "user_id" ${t.uuid} NOT NULL,
      "created_at" ${t.time} NOT NULL,
      "seen_at" ${t.time} NOT NULL,
      "expires_at" ${t.time} NOT NULL,
      CONSTRAINT "pk_user_sessions" PRIMARY KEY ("token_hash"),
      CONSTRAINT "fk_user_sessions_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
    )`);
    await queryRunner.query(`CREATE TABLE "user_tokens" (
      "token_hash" ${t.string(64)} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "user_id" ${t.uuid} NOT NULL,
      "created_at" ${t.time} NOT NULL,
      "expires_at" ${t.time} NOT NULL,
      CONSTRAINT "pk_user_tokens" PRIMARY KEY ("token_hash"),
      CONSTRAINT "fk_user_tokens_user" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
    )`);
    await queryRunner.query(`CREATE TABLE "login_attempts" (
      "account_hash" ${t.string(64)} NOT NULL,
      "tenant_id" ${t.uuid} NOT NULL,
      "failures" integer NOT NULL,
      "last_at" ${t.time} NOT NULL,
      "locked_until" ${t.time},
      CONSTRAINT "pk_login_attempts" PRIMARY KEY ("account_hash")
    )`);
    for (const [name, table, columns, unique] of INDEXES)
      await queryRunner.query(`CREATE ${unique ? 'UNIQUE ' : ''}INDEX "${name}" ON "${table}" (${columns})`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['login_attempts', 'user_tokens', 'user_sessions', 'users'])
      await queryRunner.query(`DROP TABLE "${table}"`);
  }
}
