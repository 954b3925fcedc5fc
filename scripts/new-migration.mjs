// npm run db:generate -- add-something: writes a migration for both databases to fill in, and prints what is left to do.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const name = process.argv[2] ?? '';
if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) {
  console.error('usage: npm run db:generate -- <name-in-kebab-case>');
  process.exit(2);
}
const timestamp = Date.now();
const className = `${name.replace(/(?:^|-)([a-z0-9])/g, (_, letter) => letter.toUpperCase())}${timestamp}`;
const file = join(import.meta.dirname, '..', 'migrations', 'common', `${timestamp}-${name}.ts`);
if (existsSync(file)) throw new Error(`${file} already exists`);
writeFileSync(
  file,
  `import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf } from '../support/types.js';

export class ${className} implements MigrationInterface {
  name = '${className}';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    await queryRunner.query(\`ALTER TABLE "predictions" ADD COLUMN "example" \${t.text}\`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE "predictions" DROP COLUMN "example"');
  }
}
`,
);
console.log(`${file}
1. Write up() and down(). Expand first: no DROP, RENAME, or NOT NULL without a default while the previous release still runs.
2. Add ${className} to the end of LATER in migrations/index.ts, and new tables to TABLES.
3. Add the column to the table's declaration, src/features/<noun>/<noun>.table.ts or src/platform/persistence/schema/, then: npm run test:one medium/migrations && npm run generate`);
