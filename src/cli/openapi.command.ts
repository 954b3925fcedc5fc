import type { Command } from 'commander';
import { checkGenerated, type GeneratedFile, writeGenerated } from './generated-file.js';
import { print } from './output.js';
import { withUnstartedApp } from './with-unstarted-app.js';

export function addOpenApiCommand(program: Command): void {
  program
    .command('openapi')
    .description('print the OpenAPI 3.1 document; --write and --check are for developers of feedback-loop')
    .option('--admin', 'print the document of the operator API')
    .option('--write', 'write docs/api/*.json')
    .option('--check', 'fail if they differ from the code')
    .action(async ({ admin, write, check }: { admin?: boolean; write?: boolean; check?: boolean }) => {
      const [user, operator] = await documents();
      if (check) checkGenerated([user, operator]);
      else if (write) writeGenerated([user, operator]);
      else print((admin ? operator : user).content.trimEnd());
    });
}

async function documents(): Promise<[user: GeneratedFile, operator: GeneratedFile]> {
  const { buildApiDocuments } = await import('#app');
  const file = (name: string, document: unknown): GeneratedFile => ({
    path: `docs/api/${name}.json`,
    content: `${JSON.stringify(document, null, 2)}\n`,
  });
  return withUnstartedApp((app) => {
    const { user, admin } = buildApiDocuments(app);
    return [file('openapi', user), file('openapi-admin', admin)];
  });
}
