import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = '/usr/lib/postgresql';

/** A whole PostgreSQL of Debian's kind: client tools, and the server they fit. npm brings the server alone. */
export function postgresTools(): string | undefined {
  if (!existsSync(FOLDER)) return undefined;
  return readdirSync(FOLDER)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(FOLDER, version, 'bin'))
    .find((bin) => ['pg_dump', 'pg_restore', 'initdb', 'postgres'].every((tool) => existsSync(join(bin, tool))));
}

/** A `describe` that is skipped, visibly in the report, on a machine without them. In CI they must be there. */
export function describeWithPostgresTools(title: string, tests: (bin: string) => void): void {
  const bin = postgresTools();
  if (bin !== undefined || process.env.CI !== undefined) describe(title, () => tests(bin ?? `${FOLDER}/none/bin`));
  else describe.skip(`${title} (needs pg_dump and a server in ${FOLDER})`, () => tests(''));
}
