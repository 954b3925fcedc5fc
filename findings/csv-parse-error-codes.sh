#!/usr/bin/env bash
# csv-parse 7.0.3 (Node.js 20.20): one error code lacks the prefix of all others.
#
# Expected: the codes of CsvError begin with CSV_, as those of the documentation's examples do, so that `code.startsWith('CSV_')` tells an
#   unreadable file from any other failure.
# Seen: a quote inside a cell that does not begin with one, such as 5" nails, has the code INVALID_OPENING_QUOTE. It is the most common error of
#   files written by hand. `instanceof CsvError` holds for all of them.
# Matters to: src/operations/transfer/import-file.ts
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . csv-parse@7.0.3
cat >check.mjs <<'JS'
import assert from 'node:assert/strict';
import { CsvError, parse } from 'csv-parse/sync';

const seen = {};
for (const [name, text] of Object.entries({
  'quote inside a cell': 'item,amount\n5" nails,100\n',
  'text after a quoted cell': 'item,amount\n"nails" long,100\n',
  'quote that is never closed': 'item,amount\n"nails,100\n',
  'cell too many': 'item,amount\nnails,100,200\n',
})) {
  try {
    parse(text, { columns: true });
  } catch (error) {
    assert(error instanceof CsvError);
    seen[name] = error.code;
  }
}
console.log(seen);
assert.deepEqual(seen, {
  'quote inside a cell': 'INVALID_OPENING_QUOTE',
  'text after a quoted cell': 'CSV_INVALID_CLOSING_QUOTE',
  'quote that is never closed': 'CSV_QUOTE_NOT_CLOSED',
  'cell too many': 'CSV_RECORD_INCONSISTENT_COLUMNS',
});
JS
node check.mjs || { echo 'changed: update this finding and the code it names'; exit 1; }
echo 'as stated'
