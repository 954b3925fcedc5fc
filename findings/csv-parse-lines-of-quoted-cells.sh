#!/usr/bin/env bash
# csv-parse 7.0.3 (Node.js 20.20): CR LF inside a quoted cell counts as two lines.
#
# Expected: `info.lines` is the number of the line in the file, as an editor shows it, whatever the line ends of the file.
# Seen: each CR LF inside a quoted cell adds two lines, the CR one and the LF one, even where CR LF is the only record delimiter. Between records
#   it adds one. Line numbers in messages are therefore too high after such a cell. With LF inside the cell they are right.
# Matters to: src/operations/transfer/import-file.ts
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . csv-parse@7.0.3
cat >check.mjs <<'JS'
import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';

const any = ['\r\n', '\n', '\r'];
/** Returns `info.lines` of each record. */
const lines = (text, record_delimiter) => parse(text, { info: true, record_delimiter }).map(({ info }) => info.lines);
const file = (end) => ['id,text', `1,"two${end}lines"`, '2,plain', ''].join(end);

const seen = {
  'CR LF, any delimiter': lines(file('\r\n'), any),
  'CR LF, its own delimiter': lines(file('\r\n'), '\r\n'),
  'LF, any delimiter': lines(file('\n'), any),
};
console.log(seen);
assert.deepEqual(seen, {
  'CR LF, any delimiter': [1, 4, 5],
  'CR LF, its own delimiter': [1, 4, 5],
  'LF, any delimiter': [1, 3, 4],
});
JS
node check.mjs || { echo 'changed: update this finding and the code it names'; exit 1; }
echo 'as stated'
