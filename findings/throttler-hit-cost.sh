#!/usr/bin/env bash
# @nestjs/throttler 6.7.1 (Node.js 20.20): the cost of counting a request grows with the requests already counted.
#
# Expected: a rate limiter counts in constant time and memory for each caller; with a limit of 60,000 a minute one busy key costs one counter.
# Seen: the in-memory storage keeps one time stamp for each hit of the window and filters the whole list at each hit. The 20,001st hit of a
#   window costs more than ten times the first (20 to 60 times when this was written, 14 µs and 320 to 720 µs).
# Matters to: src/platform/security/throttling/memory-throttle-storage.ts
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . @nestjs/throttler@6.7.1 @nestjs/common@12.5.1 @nestjs/core@12.5.1 reflect-metadata@0.2.2 rxjs@7.8.2
cat >check.mjs <<'JS'
import 'reflect-metadata';
import assert from 'node:assert/strict';
import throttler from '@nestjs/throttler';

const WINDOW_MS = 600_000;
const LIMIT = 60_000;
const storage = new throttler.ThrottlerStorageService();

async function microsecondsPerHit(hits) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < hits; i++) await storage.increment('key', WINDOW_MS, LIMIT, 0, 'default');
  return Number(process.hrtime.bigint() - start) / 1000 / hits;
}

const first = await microsecondsPerHit(500);
await microsecondsPerHit(19_500);
const later = await microsecondsPerHit(500);
console.log({ first, later, ratio: later / first });
assert(later / first > 10);
JS
node check.mjs || { echo 'changed: update this finding and the code it names'; exit 1; }
echo 'as stated'
