// Checks the form of commit messages: `type(scope): subject`, at most 72 characters, then a blank line before the body. Release notes and
// `git log --oneline` are read by these parts.
//
//   node scripts/commit-message.mjs <file>            one message: the commit-msg hook
//   node scripts/commit-message.mjs --range a..b      the commits of a branch: CI
//   node scripts/commit-message.mjs --branch [base]   the commits since the base, by default origin/main
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const TYPES = ['feat', 'fix', 'refactor', 'perf', 'test', 'docs', 'build', 'ci', 'chore', 'style', 'revert'];
const MAX_SUBJECT = 72;
const FORM = /^(?<type>[a-z]+)\((?<scope>[^()]*)\)(?<breaking>!?): (?<subject>.*)$/;
const SCOPE = /^[a-z0-9]+(?:[-/][a-z0-9]+)*$/;
/** Written by git itself. */
const BY_GIT = /^(?:Merge |Revert ")/;
/** To be squashed before a review ends. */
const UNFINISHED = /^(?:fixup|squash|amend)! /;

/** What git removes before it commits: comments, and everything below the scissors of `commit --verbose`. */
function withoutComments(text) {
  const [shown = ''] = text.split(/^# -+ >8 -+$/m);
  return shown
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim();
}

function problemsIn(message, { allowUnfinished }) {
  const [first = '', second = ''] = message.split('\n');
  if (first === '') return ['the message is empty'];
  if (BY_GIT.test(first)) return [];
  if (UNFINISHED.test(first)) return allowUnfinished ? [] : ['squash it first'];
  const problems = [];
  if (first.length > MAX_SUBJECT)
    problems.push(`the first line has ${first.length} characters; at most ${MAX_SUBJECT}`);
  if (second.trim() !== '') problems.push('the second line must be blank');
  const parts = FORM.exec(first)?.groups;
  if (!parts) return [...problems, 'the first line must read `type(scope): subject`'];
  if (!TYPES.includes(parts.type)) problems.push(`the type "${parts.type}" is not one of ${TYPES.join(', ')}`);
  if (!SCOPE.test(parts.scope))
    problems.push(`the scope "${parts.scope}" must be lower-case words, such as predictions or http`);
  if (parts.subject.trim() === '') problems.push('the subject is missing');
  if (parts.subject.endsWith('.')) problems.push('the subject must not end with a period');
  return problems;
}

/** One process for all of them; the fields are apart by characters that no message has. */
function commitsOf(range) {
  const format = '%h%x1f%an%x1f%B%x1e';
  const output = execFileSync('git', ['log', '--no-merges', '--reverse', `--format=${format}`, range, '--'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return output
    .split('\x1e')
    .map((each) => each.trim().split('\x1f'))
    .filter(([hash]) => hash)
    .map(([hash, author, message = '']) => ({ name: hash, author, message: message.trim() }));
}

function branchCommits(base = 'origin/main') {
  const { status, stdout } = spawnSync('git', ['merge-base', base, 'HEAD'], { encoding: 'utf8' });
  if (status === 0) return commitsOf(`${stdout.trim()}..HEAD`);
  console.log(`commit messages: not checked, there is no ${base} to compare with`);
  return [];
}

const [mode, value] = process.argv.slice(2);
if (!mode || (mode === '--range' && !value)) {
  console.error('usage: node scripts/commit-message.mjs <file> | --range <a..b> | --branch [base]');
  process.exit(2);
}
const isHook = !mode.startsWith('--');
const commits = isHook
  ? [{ name: 'commit message', author: '', message: withoutComments(readFileSync(mode, 'utf8')) }]
  : mode === '--range'
    ? commitsOf(value)
    : branchCommits(value);

let failed = false;
for (const { name, author, message } of commits) {
  // Dependabot sets the type and the scope, but lists whatever it updates in one line.
  if (author.endsWith('[bot]')) continue;
  for (const problem of problemsIn(message, { allowUnfinished: isHook })) {
    console.error(`${name}: ${problem}${isHook ? '' : `: ${message.split('\n')[0]}`}`);
    failed = true;
  }
}
if (failed && isHook) console.error('Example: fix(webhooks): keep the order of deliveries');
process.exitCode = failed ? 1 : 0;
