import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const anchorsOf = (file: string): Set<string> =>
  new Set(
    [...read(file).matchAll(/^#+ (.*)$/gm)].map((match) =>
      match[1]!
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
const FILES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((name) => name !== '' && existsSync(join(ROOT, name)));

describe('the documents', () => {
  it('are found', () => {
    expect(FILES.length).toBeGreaterThan(25);
  });

  it('link only to files and headings that exist', () => {
    const broken = FILES.flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)]*))?\)/g)].flatMap(([, target, anchor]) => {
        const path = target === '' ? file : join(dirname(file), target!);
        if (!existsSync(join(ROOT, path))) return [`${file} → ${target}`];
        return anchor === undefined || anchorsOf(path).has(anchor) ? [] : [`${file} → ${target}#${anchor}`];
      }),
    );
    expect(broken).toEqual([]);
  });
});
