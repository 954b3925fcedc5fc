import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(__dirname, '..', '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Files and folders that are checked. Add a folder here once its texts follow docs/style.md. */
const SCOPE = [
  '.ci/',
  '.env.production.example',
  '.githooks/',
  '.github/',
  'CHANGELOG.md',
  'NOTICE',
  'README.md',
  'SECURITY.md',
  'bench/',
  'deploy/',
  'docker/',
  'docs/',
  'k8s/',
  'migrations/',
  'models/',
  'scripts/',
  'src/',
  'test/',
  'web/',
];

/** Files that quote avoided words, hold data, or are generated from sources outside the scope. */
const EXEMPT = [
  'docs/adr/0020-bands-and-doors.md',
  'docs/api/',
  'docs/schema.md',
  'docs/style.md',
  'models/demo/',
  'models/sentiment-en/',
  'models/training/templates.ts',
  'test/architecture/words.spec.ts',
];

/** An avoided word as docs/style.md lists it, the pattern that finds it, and a line that must be refused. */
const AVOIDED: [word: string, pattern: RegExp, example: string][] = [
  ['nobody', /\bnobody\b/i, 'Nobody reads it.'],
  ['whoever', /\bwhoever\b/i, 'whoever asks'],
  ['anew', /\banew\b/i, 'encoded anew'],
  ['at the most', /\bat the most\b/i, '10 s at the most'],
  ['is none', /\b(?:is|are) none\b/i, 'there is none'],
  [
    'Answers …',
    /(?:^\s*(?:\/\*\*|\*|\/\/|#)|\*\/|^\s*(?:\/\*\*|\*|\/\/).*\.)\s+Answers\b/,
    '/** Answers the label. */',
  ],
  ['Told …', /\bTold\b/, 'Told to every webhook'],
  ['Tell what', /\btells? what\b/i, 'Tell what was true'],
  ['Tells whoever', /\btells? whoever\b/i, 'tells whoever wants to know'],
  ['so many', /\bso many\b/i, 'so many wrong passwords'],
  ['all the same', /\ball the same\b/i, 'sent all the same'],
  ['comes to stand', /\b(?:comes?|came) to stand\b/i, 'it comes to stand there'],
  ['says so', /\bsa(?:ys?|id) so\b/i, 'and says so'],
  ['goes away', /\b(?:goes|gone|went) away\b/i, 'the database goes away'],
  ['by themselves', /\bby themselves\b/i, 'they do it by themselves'],
  ['by itself', /\bby itself\b/i, 'the server reconnects by itself'],
  ['for ever', /\bfor ever\b/i, 'a request waits for ever'],
  ['look-up', /\blook-ups?\b/i, 'point look-ups'],
  ['mend', /\bmend(?:s|ed|ing)?\b/i, 'mends nothing'],
  ['older system', /\bolder (?:systems?|way)\b/i, 'the five older systems'],
  ['MOST_*', /\bMOST(?:_[A-Z]+)+\b/, 'const MOST_ROWS = 10;'],
];

const covers = (list: readonly string[], file: string): boolean =>
  list.some((entry) => file === entry || (entry.endsWith('/') && file.startsWith(entry)));

function findAvoided(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, i) =>
      AVOIDED.filter(([, pattern]) => pattern.test(line)).map(([word]) => `line ${i + 1}: “${word}”`),
    );
}

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => covers(SCOPE, file) && !covers(EXEMPT, file) && existsSync(join(ROOT, file)));

describe('words that docs/style.md avoids', () => {
  it.each(AVOIDED)('include “%s”, which the scan finds', (word, _pattern, example) => {
    expect(findAvoided(example)).toContain(`line 1: “${word}”`);
    expect(read('docs/style.md')).toContain(word.replace(' …', ''));
  });

  it('are not found in plain sentences', () => {
    const plain = [
      '/** Returns the label; a recommended amendment is not an error. */',
      'The cache answers at most 10 times. Answers of models are cached.',
      'const persisted = "none"; // one of the most recent',
    ];
    expect(plain.flatMap(findAvoided)).toEqual([]);
  });

  it('do not occur in the scope', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((file) => findAvoided(read(file)).map((found) => `${file} ${found}`))).toEqual([]);
  });

  it('are checked in folders that exist', () => {
    const missing = [...SCOPE, ...EXEMPT].filter((entry) => !existsSync(join(ROOT, entry)));
    expect(missing).toEqual([]);
  });
});

describe('code fences of the documentation', () => {
  const LANGUAGES = ['', 'http', 'ini', 'json', 'python', 'sh', 'ts', 'yaml'];
  const fences = files
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      [...read(file).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
        file,
        language,
        body,
      })),
    );

  it('name a known language', () => {
    expect(fences.length).toBeGreaterThan(40);
    expect(fences.filter(({ language }) => !LANGUAGES.includes(language))).toEqual([]);
  });

  it('contain what their language promises', () => {
    for (const { body, file, language } of fences) {
      if (language === 'json') expect([file, typeof JSON.parse(body)]).toEqual([file, 'object']);
      if (language === 'yaml') expect([file, typeof parse(body)]).toEqual([file, 'object']);
    }
  });
});
