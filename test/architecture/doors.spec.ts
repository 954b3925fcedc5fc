import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Door {
  source: string;
  default: string;
}
const { imports } = JSON.parse(read('package.json')) as { imports: Record<string, Door> };
const doors = Object.entries(imports).map(([name, { source }]) => ({ name, index: source.replace('./', '') }));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => existsSync(join(ROOT, file)));

/** The names in `{ A, type B, C as D }`, as the other side knows them. */
function namesIn(list: string): string[] {
  return list
    .split(',')
    .map((each) =>
      each
        .trim()
        .replace(/^type /, '')
        .replace(/ as .*/, ''),
    )
    .filter((each) => each !== '');
}

/** What each door's visitors import from it, by static import, re-export, dynamic import and import type. */
function visited(name: string, folder: string): Set<string> {
  const names = new Set<string>();
  const quoted = `'${name}'`;
  for (const file of files) {
    if (file.startsWith(`${folder}/`)) continue;
    const text = read(file);
    if (!text.includes(quoted)) continue;
    for (const [, list] of text.matchAll(new RegExp(`(?:import|export)(?: type)? \\{([^}]*)\\} from ${quoted}`, 'g')))
      for (const each of namesIn(list!)) names.add(each);
    if (text.includes(`import(${quoted})`)) for (const [word] of text.matchAll(/\b[A-Za-z_]\w*\b/g)) names.add(word);
  }
  return names;
}

describe('doors', () => {
  it('are the modules of the tree, each by the name of its folder', () => {
    const modules = ['platform', 'features', 'operations'].flatMap((band) =>
      readdirSync(join(ROOT, 'src', band)).map((name) => [`#${name}`, `src/${band}/${name}/index.ts`]),
    );
    const rest = ['app', 'kernel', 'legacy'].map((name) => [`#${name}`, `src/${name}/index.ts`]);
    const expected = [
      ...modules,
      ...rest,
      ['#legacy-settings', 'src/legacy/settings/index.ts'],
      ['#statistics', 'src/kernel/statistics/index.ts'],
      ['#migrations', 'migrations/index.ts'],
    ];
    expect(doors.map(({ index, name }) => [name, index]).sort()).toEqual(expected.sort());
    for (const [name, { default: built, source }] of Object.entries(imports))
      expect([name, built]).toEqual([name, source.replace('./', './dist/').replace(/\.ts$/, '.js')]);
  });

  it.each(doors.filter(({ name }) => name !== '#migrations'))(
    '$name lists what it exports, and nothing that no other module uses',
    ({ index, name }) => {
      const text = read(index);
      expect(text).not.toMatch(/export (?:type )?\*/);
      const exported = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list]) => namesIn(list!));
      const used = visited(name, dirname(index));
      expect(exported.filter((each) => !used.has(each))).toEqual([]);
    },
  );
});
