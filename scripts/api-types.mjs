// Writes the types and paths of every operation from the two API documents, for the clients in test/support/api.
// `--check` compares the files instead of writing them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTypescript, { astToString } from 'openapi-typescript';

const ROOT = join(import.meta.dirname, '..');
const DOCUMENTS = {
  'docs/api/openapi.json': 'test/support/api/api-types.ts',
  'docs/api/openapi-admin.json': 'test/support/api/admin-api-types.ts',
};
// The clients find everything by operation id.
const LEFT_OUT = ['paths', 'webhooks', '$defs'];

for (const [source, file] of Object.entries(DOCUMENTS)) {
  const document = JSON.parse(readFileSync(join(ROOT, source), 'utf8'));
  // A request may leave out what has a default.
  const nodes = await openapiTypescript(document, { defaultNonNullable: false });
  const text = [
    `// Generated from ${source} by scripts/api-types.mjs; do not edit.`,
    astToString(nodes.filter(({ name }) => !LEFT_OUT.includes(name?.text))),
    'export const routes = {',
    ...routes(document),
    '} as const satisfies Record<keyof operations, string>;',
    '',
  ].join('\n');
  const path = join(ROOT, file);
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(`${file} is out of date: run npm run generate`);
    process.exitCode = 1;
  }
}

function routes({ paths }) {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => operation.operationId)
      .map(([method, { operationId }]) => `  ${operationId}: '${method.toUpperCase()} ${path}',`),
  );
}
