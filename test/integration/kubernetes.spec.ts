import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../support/server-process.js';

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

const OVERLAYS = ['dev', 'production', 'ephemeral'] as const;
const renderedFile = (overlay: (typeof OVERLAYS)[number]): string => `k8s/rendered/${overlay}.yaml`;
const EXAMPLES = ['k8s/secret.example.yaml', 'k8s/spool-drain-job.yaml', 'k8s/backup-cronjob.yaml'];

function manifestsIn(path: string): Manifest[] {
  const documents = parseAllDocuments(readFileSync(join(ROOT, path), 'utf8'));
  expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  return documents.map((each) => each.toJS() as Manifest).filter((each) => each?.kind !== undefined);
}

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

/**
 * Compiles manifests as values of the types of the Kubernetes API: an unknown field, or a wrong type, is an error.
 * Returns the errors by file. One run of the compiler costs as much for one file as for all.
 */
function compile(files: ReadonlyMap<string, readonly Manifest[]>): Map<string, string[]> {
  const folder = mkdtempSync(join(ROOT, 'dist', 'manifests-'));
  try {
    const sources = new Map([...files.keys()].map((file, i) => [`manifests-${i}.ts`, file]));
    for (const [source, file] of sources)
      writeFileSync(join(folder, source), (files.get(file) ?? []).map(declarationOf).join('\n'));
    const { stdout } = spawnSync(
      process.execPath,
      [
        join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
        ...['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--moduleResolution', 'nodenext'],
        ...sources.keys(),
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    const lines = stdout.split('\n').filter((line) => line !== '');
    // An error may take several lines, of which the first names the file.
    let current = '';
    const errors = new Map<string, string[]>([...files.keys()].map((file) => [file, []]));
    for (const line of lines) {
      current = sources.get(line.split('(')[0]!) ?? current;
      errors.get(current)?.push(line);
    }
    if (lines.length > 0 && current === '') throw new Error(stdout);
    return errors;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function declarationOf(manifest: Manifest, i: number): string {
  const from = TYPES[`${manifest.apiVersion}/${manifest.kind}`];
  if (from === undefined) throw new Error(`${manifest.apiVersion}/${manifest.kind} is not known here`);
  return `import type { ${manifest.kind} as T${i} } from 'kubernetes-types/${from}.js';\nexport const m${i}: T${i} = ${JSON.stringify(manifest)};`;
}

function podOf(manifest: Manifest): PodSpec | undefined {
  interface Templated {
    template?: { spec?: PodSpec };
  }
  const { spec } = manifest as { spec?: Templated & { jobTemplate?: { spec?: Templated } } };
  return (spec?.jobTemplate?.spec ?? spec)?.template?.spec;
}

/** Violations of Pod Security "restricted" and of the rules of this product. */
function violations(manifests: readonly Manifest[]): string[] {
  return manifests.flatMap((manifest) => {
    const pod = podOf(manifest);
    if (!pod) return [];
    const found = [...podViolations(pod), ...pod.containers.flatMap(containerViolations)];
    return found.map((violation) => `${manifest.kind}/${manifest.metadata.name}: ${violation}`);
  });
}

/** Each rule with the words for its violation. */
const broken = (rules: readonly (readonly [violation: string, holds: boolean])[]): string[] =>
  rules.flatMap(([violation, holds]) => (holds ? [] : [violation]));

function podViolations({
  automountServiceAccountToken,
  securityContext: context = {},
  volumes = [],
}: PodSpec): string[] {
  const folders = volumes.map(
    (volume) => volume as { emptyDir?: { sizeLimit?: string; medium?: string }; hostPath?: unknown },
  );
  return broken([
    ['may run as root', context.runAsNonRoot === true && Number(context.runAsUser ?? 0) > 0],
    ['has no seccomp profile', context.seccompProfile?.type === 'RuntimeDefault'],
    ['receives a token of the cluster', automountServiceAccountToken === false],
    ['reads the disk of its node', folders.every(({ hostPath }) => hostPath === undefined)],
    ['may fill the disk of its node', folders.every(({ emptyDir }) => !emptyDir || emptyDir.sizeLimit !== undefined)],
    ['keeps files in memory', folders.every(({ emptyDir }) => emptyDir?.medium !== 'Memory')],
  ]);
}

function containerViolations({
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
    // A restart does not repair a database.
    [
      `${name} is restarted when a dependency fails`,
      !livenessProbe || livenessProbe.httpGet?.path === '/health/liveness',
    ],
  ]);
}

// DC-4 S1-44
describe('the Kubernetes manifests', () => {
  const files = new Map<string, Manifest[]>();
  let errors: Map<string, string[]>;
  beforeAll(() => {
    for (const path of [...OVERLAYS.map(renderedFile), ...EXAMPLES]) files.set(path, manifestsIn(path));
    errors = compile(files);
  });
  const manifestsOf = (overlay: (typeof OVERLAYS)[number]): Manifest[] => files.get(renderedFile(overlay))!;
  const serverOf = (overlay: (typeof OVERLAYS)[number]): Manifest =>
    manifestsOf(overlay).find(({ kind }) => kind === (overlay === 'ephemeral' ? 'Deployment' : 'StatefulSet'))!;

  it.each([...OVERLAYS.map(renderedFile), ...EXAMPLES])('in %s are valid, and follow the policies', (path) => {
    expect(errors.get(path)).toEqual([]);
    expect(violations(files.get(path)!)).toEqual([]);
  });

  describe.each(OVERLAYS)('of the overlay %s', (overlay) => {
    it('contain what the installation needs, and no secret that would overwrite one', () => {
      const manifests = manifestsOf(overlay);
      expect(manifests.length).toBeGreaterThan(7);
      const kinds = new Set(manifests.map(({ kind }) => kind));
      for (const kind of ['ConfigMap', 'Service', 'Job', 'HorizontalPodAutoscaler', 'NetworkPolicy', 'ServiceAccount'])
        expect(kinds).toContain(kind);
      expect(kinds.has('Secret')).toBe(overlay === 'dev');
      // With one replica, a budget would prevent its node from being drained.
      expect(kinds.has('PodDisruptionBudget')).toBe(overlay !== 'dev');
    });

    it('use the probes of the server, and leave it time to drain', () => {
      const pod = podOf(serverOf(overlay))!;
      expect(pod).toMatchObject({
        terminationGracePeriodSeconds: 45,
        containers: [
          {
            startupProbe: { httpGet: { path: '/health/startup' } },
            readinessProbe: { httpGet: { path: '/health/readiness' } },
          },
        ],
      });
    });

    it('select the servers, and not the pod that migrates', () => {
      const service = manifestsOf(overlay).find(
        ({ kind, metadata }) => kind === 'Service' && metadata.name === 'feedback-loop',
      )!;
      const { selector } = service.spec as { selector: Record<string, string> };
      expect(selector).toMatchObject({ 'app.kubernetes.io/component': 'server' });
      expect(serverOf(overlay)).toMatchObject({ spec: { template: { metadata: { labels: selector } } } });
    });

    it('name variables that the server knows', () => {
      const configuration = readFileSync(join(ROOT, 'docs', 'configuration.md'), 'utf8');
      const known = new Set([...configuration.matchAll(/`(FL_[A-Z0-9_]+)`/g)].map((match) => match[1]));
      const named = manifestsOf(overlay)
        .filter(({ kind }) => ['ConfigMap', 'Secret'].includes(kind))
        .flatMap(({ data, stringData }) => Object.keys({ ...(data as object), ...(stringData as object) }));
      expect(named).not.toEqual([]);
      expect(named.filter((name) => !known.has(name))).toEqual([]);
    });
  });

  it('keep acknowledged records: each replica has a volume that outlives it, or there is no spool', () => {
    expect(serverOf('production')).toMatchObject({
      spec: {
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        volumeClaimTemplates: [{ metadata: { name: 'data' } }],
      },
    });
    const configMap = manifestsOf('ephemeral').find(({ kind }) => kind === 'ConfigMap');
    expect(configMap).toMatchObject({ data: { FL_SPOOL_ENABLED: 'false' } });
    expect(podOf(files.get('k8s/backup-cronjob.yaml')![1]!)?.containers).toHaveLength(1);
  });

  it('are refused with a misspelt field, as root, or with capabilities', () => {
    const text = JSON.stringify(serverOf('production'));
    const misspelt = text.replace('"terminationGracePeriodSeconds"', '"terminationGraceSeconds"');
    const [errorsOfMisspelt] = compile(new Map([['misspelt', [JSON.parse(misspelt) as Manifest]]])).values();
    expect(errorsOfMisspelt!.join('\n')).toContain('terminationGraceSeconds');
    const root = text.replace('"runAsNonRoot":true', '"runAsNonRoot":false').replace('"drop":["ALL"]', '"drop":[]');
    expect(violations([JSON.parse(root) as Manifest])).toHaveLength(2);
  });

  it('are rendered from the current overlays', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'render-manifests.mjs'), '--check'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readdirSync(join(ROOT, 'k8s', 'overlays')).sort()).toEqual([...OVERLAYS].sort());
  });
});
