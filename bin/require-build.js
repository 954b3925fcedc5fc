// A clone that was never built ends here with one line instead of a stack trace.
import { existsSync } from 'node:fs';

if (!existsSync(new URL('../dist/src/cli/cli.js', import.meta.url))) {
  process.stderr.write('feedback-loop is not built: run `npm ci` in its folder\n');
  // EX_CONFIG of sysexits.h, as `npm start` in the same case.
  process.exit(78);
}
