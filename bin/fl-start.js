#!/usr/bin/env node
// The older systems' name for `feedback-loop start`.
process.argv.splice(2, 0, 'start');
await import('../dist/src/cli/cli.js');
