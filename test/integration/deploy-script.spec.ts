import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/server-process.js';

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

describe('S1-50 scripts/deploy.sh, with a cluster that is played', () => {
  /** A kubectl that notes what it is told, and whose migrate job ends as `job` says. */
  function deploy(job: 'Complete' | 'Failed', { hasSecret = true, placeholder = false } = {}) {
    const folder = mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'deploy-'));
    const log = join(folder, 'log');
    const rendered = join(folder, 'rendered.yaml');
    const text = read('k8s', 'rendered', 'production.yaml');
    // As it is delivered it names nobody's hosts.
    expect(text).toContain('REPLACE');
    writeFileSync(rendered, placeholder ? text : text.replace(/REPLACE[-\w]*/g, 'filled-in'));
    writeFileSync(
      join(folder, 'kubectl'),
      `#!/usr/bin/env bash
[ "$1" = kustomize ] && exec cat ${rendered}
[ "$1" = apply ] && printf 'apply %s\n' "$(grep -c '^kind: StatefulSet' "$3")" >> ${log} && exit 0
printf '%s\n' "$*" >> ${log}
case "$*" in *"get secret"*) exit ${hasSecret ? 0 : 1} ;; *"get job"*) printf ${job} ;; esac
`,
      { mode: 0o755 },
    );
    const { status, stderr } = spawnSync(
      'bash',
      [join(ROOT, 'scripts', 'deploy.sh'), 'production', 'registry.example.com/fl:9.9.9'],
      {
        encoding: 'utf8',
        env: { PATH: `${folder}:${process.env.PATH}` },
      },
    );
    return { status, stderr, log: existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [] };
  }

  it('migrates first, and touches the servers only when that is done', () => {
    const { log, status } = deploy('Complete');
    const applied = log.filter((line) => line.startsWith('apply'));
    expect([status, applied]).toEqual([0, ['apply 0', 'apply 1']]);
    expect(log.findIndex((line) => line.includes('get job'))).toBeLessThan(log.indexOf('apply 1'));
    expect(log.at(-2)).toContain('rollout status statefulset/feedback-loop');
  });

  it('leaves the servers as they are when the migrations fail, the secret is missing, or a placeholder is left', () => {
    const failed = deploy('Failed');
    expect([failed.status, failed.stderr, failed.log.includes('apply 1')]).toEqual([
      1,
      expect.stringContaining('were not changed'),
      false,
    ]);
    const bare = deploy('Complete', { hasSecret: false });
    expect([bare.status, bare.stderr, bare.log.some((line) => line.startsWith('apply'))]).toEqual([
      2,
      expect.stringContaining('secret.example.yaml'),
      false,
    ]);
    expect(deploy('Complete', { placeholder: true })).toMatchObject({ status: 2, log: [] });
  });
});
