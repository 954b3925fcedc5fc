// Checks secrets and the supply chain (`npm run security`). The offline parts always run and decide the result. The
// audit needs the registry's advisories; if they cannot be reached, it prints that it was not done instead of passing
// silently.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Patterns of secrets. Keys in our own examples consist of dots or angle brackets and do not match. */
const SECRETS = [
  ['a private key', /-----BEGIN (?:RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----/],
  ['an AWS access key', /\bAKIA[0-9A-Z]{16}\b/],
  ['a GitHub token', /\bgh[pousr]_[0-9A-Za-z]{36,}\b/],
  ['a Slack token', /\bxox[abprs]-[0-9A-Za-z-]{20,}\b/],
  ['a feedback-loop key', /\bfl_(?:live|pub)_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}\b/],
  ['an npm token', /\bnpm_[0-9A-Za-z]{36}\b/],
  [
    'a password in an address',
    /\b(?:postgres(?:ql)?|redis|mysql|amqp):\/\/[^\s:@/]+:(?!(?:password|secret|pass|hunter2|postgres|feedback|REPLACE|<password>|\$)[^\s@]*@)[^\s@]{6,}@/,
  ],
];

/** A sample for each pattern. The scan must find all of them, otherwise it could not fail. */
const SAMPLES = [
  ['-----BEGIN', 'PRIVATE KEY-----'].join(' '),
  `AKIA${'A'.repeat(16)}`,
  `ghp_${'a'.repeat(36)}`,
  `xoxb-${'1'.repeat(24)}`,
  `fl_live_${'a'.repeat(8)}_${'b'.repeat(43)}`,
  `npm_${'a'.repeat(36)}`,
  `postgresql://user:${'correcthorse'}@db/x`,
];

function findSecrets(text) {
  return SECRETS.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
}

let failed = false;
const fail = (text) => {
  failed = true;
  console.error(`!! ${text}`);
};

for (const [i, sample] of SAMPLES.entries())
  if (!findSecrets(sample).includes(SECRETS[i][0])) fail(`the scan does not find ${SECRETS[i][0]}`);
// `--staged` checks only what is about to be committed, for the hook.
const staged = process.argv.includes('--staged');
const list = staged ? ['diff', '--cached', '--name-only', '--diff-filter=ACMR', '-z'] : ['ls-files', '-z'];
const files = execFileSync('git', list, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 })
  .split('\0')
  .filter((name) => name !== '' && !/\.(?:bin|png|webp|jpg)$/.test(name));
for (const name of files) {
  for (const found of findSecrets(readFileSync(join(ROOT, name), 'utf8'))) fail(`${name} holds ${found}`);
}
console.log(`secrets: ${files.length} files checked`);
if (staged) process.exit(failed ? 1 : 0);

const sbom = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'], {
  cwd: ROOT,
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
});
try {
  const { components } = JSON.parse(sbom.stdout);
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(join(ROOT, 'dist', 'sbom.cdx.json'), sbom.stdout);
  console.log(`bill of materials: ${components.length} components in dist/sbom.cdx.json`);
} catch {
  fail(`no bill of materials: ${sbom.stderr.slice(0, 500)}`);
}

const audit = spawnSync('npm', ['audit', '--omit', 'dev', '--json'], {
  cwd: ROOT,
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
});
let report = {};
try {
  report = JSON.parse(audit.stdout);
} catch {
  // A registry without advisories returns no JSON.
}
const counts = report.metadata?.vulnerabilities;
if (!counts) console.log('audit: NOT DONE, the registry has no advisories or cannot be reached');
else if (counts.high + counts.critical > 0) fail(`audit: ${counts.critical} critical, ${counts.high} high`);
else console.log(`audit: ${counts.total} known vulnerabilities, none of them high or critical`);

process.exitCode = failed ? 1 : 0;
