// Writes an empty migration for both databases and prints the remaining steps: npm run db:generate -- add-something
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
1. Write up() and down(). Only add: no DROP, RENAME, or NOT NULL without a default while the previous version still runs.
2. Add ${className} to the end of COMMON in migrations/index.ts, and new tables to TABLES.
3. Change the entity in src/platform/persistence/schema/, then run: npm run build && npx feedback-loop migrate up && npx feedback-loop migrate check`);
