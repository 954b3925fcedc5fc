#!/usr/bin/env node
// The legacy systems' name for `feedback-loop start`.
import './require-build.js';

process.argv.splice(2, 0, 'start');
await import('../dist/src/cli/cli.js');
