#!/usr/bin/env bash
# better-sqlite3 12.11.1 (SQLite 3.53, Node.js 20.20): journal_mode = WAL lowers `synchronous`.
#
# Expected: SQLite's default, synchronous = FULL (2), holds whatever the journal: a committed transaction survives a power cut.
# Seen: with journal_mode = WAL it becomes NORMAL (1), because better-sqlite3 compiles SQLite with DEFAULT_WAL_SYNCHRONOUS=1. A check right after
#   switching still reads 2; from the next statement on, and in each later connection, it is 1. Transactions since the last checkpoint may then
#   be lost in a power cut. An explicit `synchronous = FULL` after `journal_mode = WAL` holds.
# Matters to: src/platform/persistence/sqlite/sqlite-pragmas.ts
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . better-sqlite3@12.11.1
cat >check.mjs <<'JS'
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';

const synchronous = (database) => database.pragma('synchronous', { simple: true });
const write = (database) => database.exec('CREATE TABLE IF NOT EXISTS notes (text); INSERT INTO notes VALUES (1)');

const first = new Database('default.db');
const seen = { sqlite: first.prepare('SELECT sqlite_version()').pluck().get(), atFirst: synchronous(first) };
first.pragma('journal_mode = WAL');
seen.justSwitched = synchronous(first);
write(first);
seen.afterOneWrite = synchronous(first);
seen.nextConnection = synchronous(new Database('default.db'));

const explicit = new Database('explicit.db');
explicit.pragma('journal_mode = WAL');
explicit.pragma('synchronous = FULL');
write(explicit);
seen.explicit = synchronous(explicit);

console.log(seen);
const { sqlite, ...levels } = seen;
assert.match(sqlite, /^3\./);
assert.deepEqual(levels, { atFirst: 2, justSwitched: 2, afterOneWrite: 1, nextConnection: 1, explicit: 2 });
JS
node check.mjs || { echo 'changed: update this finding and the code it names'; exit 1; }
echo 'as stated'
