import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { loadConfig } from '#config';
import { checkGenerated, type GeneratedFile, writeGenerated } from './generated-file.js';
import { print } from './output.js';

export function addOpenApiCommand(program: Command): void {
  program
    .command('openapi')
    .description('print the OpenAPI 3.1 document; --write and --check are for developers of feedback-loop')
    .option('--admin', 'the document of the operator API')
    .option('--write', 'write docs/api/*.json')
    .option('--check', 'fail when they differ from the code')
    .action(async ({ admin, write, check }: { admin?: boolean; write?: boolean; check?: boolean }) => {
      const [user, operator] = await documents();
      if (check) checkGenerated([user, operator]);
      else if (write) writeGenerated([user, operator]);
      else print((admin ? operator : user).content.trimEnd());
    });
}

/** Builds the documents from a server that is never started, and so needs neither a database nor a folder of its own. */
async function documents(): Promise<[user: GeneratedFile, operator: GeneratedFile]> {
  // Loaded here, as in every command that needs the whole server: the others start four times as fast without it.
  const { createApp, OpenApiDocuments } = await import('#app');
  const folder = mkdtempSync(join(tmpdir(), 'feedback-loop-openapi-'));
  try {
    const app = await createApp(loadConfig({ FL_DATA_DIR: folder, FL_LOG_LEVEL: 'silent' }));
    const built = app.get(OpenApiDocuments);
    const file = (name: string, document: unknown): GeneratedFile => ({
      path: `docs/api/${name}.json`,
      content: `${JSON.stringify(document, null, 2)}\n`,
    });
    const result: [GeneratedFile, GeneratedFile] = [file('openapi', built.user), file('openapi-admin', built.admin)];
    await app.close();
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
