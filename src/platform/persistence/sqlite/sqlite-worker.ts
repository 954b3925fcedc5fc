import { codeOf } from '#kernel';
import { parentPort, workerData } from 'node:worker_threads';
import BetterSqlite3 from 'better-sqlite3';
import { prepareSqliteConnection } from './sqlite-pragmas.js';
import {
  ROWS_EXIST_CODE,
  type SqliteGroup,
  type SqliteRequest,
  type SqliteResponse,
  type SqliteWorkerData,
} from './sqlite-protocol.js';

/*
 * better-sqlite3 is synchronous. In a worker, a slow query or fsync blocks no other work. One worker is the only writer
 * of this process; others read on read-only connections.
 */
const { path, role, maxBytes, schema } = workerData as SqliteWorkerData;
const port = parentPort;
if (!port) throw new Error('this file must be started as a worker');

const database = open();
const statements = new Map<string, BetterSqlite3.Statement>();

function open(): BetterSqlite3.Database {
  if (role !== 'owner') {
    const connection = new BetterSqlite3(path, { readonly: role === 'reader', fileMustExist: true, timeout: 5000 });
    prepareSqliteConnection(connection, role === 'reader');
    return connection;
  }
  const connection = new BetterSqlite3(path, { timeout: 500 });
  // Before WAL: the lock then lasts as long as the connection, and ends with the process.
  connection.pragma('locking_mode = EXCLUSIVE');
  prepareSqliteConnection(connection);
  const pageSize = Number(connection.pragma('page_size', { simple: true }));
  if (maxBytes !== undefined) connection.pragma(`max_page_count = ${Math.floor(maxBytes / pageSize)}`);
  connection
    .transaction(() => {
      for (const statement of schema ?? []) connection.exec(statement);
    })
    .immediate();
  return connection;
}

function prepare(sql: string): BetterSqlite3.Statement {
  let statement = statements.get(sql);
  if (!statement) {
    if (statements.size > 300) statements.clear();
    statement = database.prepare(sql);
    statements.set(sql, statement);
  }
  return statement;
}

const commit = database.transaction((groups: SqliteGroup[]) => {
  for (const { allNew, rows, sql } of groups) {
    const statement = prepare(sql);
    for (const row of rows)
      if (statement.run(row).changes === 0 && allNew)
        throw Object.assign(new Error('a row already exists'), { code: ROWS_EXIST_CODE });
  }
});

function run(sql: string, values: unknown[]): unknown[] {
  const statement = prepare(sql);
  if (statement.reader) return statement.all(values);
  statement.run(values);
  return [];
}

function handle(request: SqliteRequest): unknown[] {
  switch (request.kind) {
    case 'commit':
      commit.immediate(request.groups);
      return [];
    case 'query':
      return run(request.sql, request.values);
    case 'queryEach':
      return request.rows.flatMap((row) => run(request.sql, row));
    case 'exec':
      // After a failed BEGIN or COMMIT there may be nothing to roll back.
      if (request.sql !== 'ROLLBACK' || database.inTransaction) database.exec(request.sql);
      return [];
    case 'close':
      database.close();
      return [];
  }
}

port.on('message', (request: SqliteRequest) => {
  let response: SqliteResponse;
  try {
    response = { id: request.id, rows: handle(request) };
  } catch (error) {
    response = { id: request.id, error: { code: codeOf(error) ?? 'SQLITE_ERROR', message: (error as Error).message } };
  }
  port.postMessage(response);
  if (request.kind === 'close') port.close();
});
