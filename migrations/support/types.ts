import type { QueryRunner } from 'typeorm';

/** Column types by content, for one dialect. */
export interface TypesMap {
  dialect: 'sqlite' | 'postgresql';
  uuid: string;
  text: string;
  string(length: number): string;
  time: string;
  json: string;
  double: string;
  boolean: string;
  bytes: string;
}

export function typesOf(queryRunner: QueryRunner): TypesMap {
  const sqlite = queryRunner.dataSource.options.type === 'better-sqlite3';
  return {
    dialect: sqlite ? 'sqlite' : 'postgresql',
    uuid: sqlite ? 'text' : 'uuid',
    text: 'text',
    string: (length) => `varchar(${length})`,
    time: sqlite ? 'integer' : 'timestamp(3) with time zone',
    json: sqlite ? 'text' : 'jsonb',
    double: sqlite ? 'real' : 'double precision',
    boolean: 'boolean',
    bytes: sqlite ? 'blob' : 'bytea',
  };
}
