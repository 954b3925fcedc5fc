import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/server-process.js';

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');

// S1-50
describe('scripts/deploy.sh', () => {
  /** Runs the script with a kubectl that writes down its arguments, and whose migrate job ends with `job`. */
  function deploy(job: 'Complete' | 'Failed', { hasSecret = true, placeholder = false } = {}) {
    const folder = mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'deploy-'));
    const log = join(folder, 'log');
    const rendered = join(folder, 'rendered.yaml');
    const text = read('k8s', 'rendered', 'production.yaml');
    // The delivered manifests contain placeholders for hosts.
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

  it('migrates first, and changes the servers only after the migrations', () => {
    const { log, status } = deploy('Complete');
    expect(status).toBe(0);
    expect(log.filter((line) => line.startsWith('apply'))).toEqual(['apply 0', 'apply 1']);
    expect(log.findIndex((line) => line.includes('get job'))).toBeLessThan(log.indexOf('apply 1'));
    expect(log.at(-2)).toContain('rollout status statefulset/feedback-loop');
  });

  it('does not change the servers when the migrations fail', () => {
    const failed = deploy('Failed');
    expect(failed).toMatchObject({ status: 1, stderr: expect.stringContaining('were not changed') as string });
    expect(failed.log).not.toContain('apply 1');
  });

  it('applies nothing when the secret is missing, and names its example', () => {
    const { log, status, stderr } = deploy('Complete', { hasSecret: false });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('secret.example.yaml') as string });
    expect(log.filter((line) => line.startsWith('apply'))).toEqual([]);
  });

  it('does not call kubectl when a placeholder is left', () => {
    expect(deploy('Complete', { placeholder: true })).toMatchObject({ status: 2, log: [] });
  });
});
