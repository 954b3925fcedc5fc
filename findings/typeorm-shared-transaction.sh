#!/usr/bin/env bash
# TypeORM 1.1.1 with better-sqlite3 12.11.1 (Node.js 20.20): a rollback takes other callers' rows with it.
#
# Expected: `save()` outside of a transaction is committed when its promise resolves, whatever another caller's transaction does.
# Seen: the data source has one connection for all callers. While one caller's `transaction()` waits for something, ten others await `save()` of
#   a row each and are told that it is stored; the transaction fails, and all ten rows are gone with it. Nothing fails or warns.
# Matters to: docs/adr/0004-one-serialised-sqlite-writer.md, src/platform/persistence/sqlite
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . typeorm@1.1.1 better-sqlite3@12.11.1 reflect-metadata@0.2.2
cat >check.mjs <<'JS'
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { DataSource, EntitySchema } from 'typeorm';

const Note = new EntitySchema({ name: 'note', columns: { id: { type: 'integer', primary: true }, text: { type: 'text' } } });
const source = await new DataSource({ type: 'better-sqlite3', database: 'check.db', entities: [Note], synchronize: true }).initialize();
const notes = source.getRepository(Note);

let fail;
const failing = source.transaction(async (manager) => {
  await manager.getRepository(Note).save({ id: 1, text: 'in the transaction' });
  await new Promise((resolve, reject) => (fail = reject));
});
while (!fail) await new Promise(setImmediate);

const saved = await Promise.all(Array.from({ length: 10 }, (_, i) => notes.save({ id: 100 + i, text: 'of another caller' })));
const before = await notes.count();
fail(new Error('of the first caller alone'));
await failing.catch(() => undefined);
const after = await notes.count();
console.log({ acknowledged: saved.length, before, after });
assert.deepEqual({ acknowledged: saved.length, before, after }, { acknowledged: 10, before: 11, after: 0 });
await source.destroy();
JS
node check.mjs || { echo 'changed: update this finding and the code it names'; exit 1; }
echo 'as stated'
