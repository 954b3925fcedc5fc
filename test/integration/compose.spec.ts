import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../support/server-process.js';

interface Service {
  image?: string;
  healthcheck?: { test?: unknown; disable?: boolean };
  deploy?: { resources?: { limits?: { memory?: string } } };
  secrets?: string[];
  networks?: string[];
  ports?: string[];
  read_only?: boolean;
}
interface ComposeFile {
  services: Record<string, Service>;
  secrets?: Record<string, { file: string }>;
  networks?: Record<string, unknown>;
}

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const load = (name: string): ComposeFile => parse(read('docker', name), { merge: true }) as ComposeFile;

// S1-43
describe('the compose file for production', () => {
  const { networks, secrets = {}, services } = load('compose.production.yml');
  const NAMES = ['backup', 'grafana', 'migrate', 'nginx', 'postgres', 'prometheus', 'redis', 'server'];

  it('contains all services', () => {
    expect(Object.keys(services).sort()).toEqual(NAMES);
  });

  it.each(NAMES)('gives %s a health check, a memory limit, a fixed version and a read-only file system', (name) => {
    const service = services[name]!;
    // The image of the server contains its health check; a job has none.
    if (name === 'migrate') expect(service.healthcheck).toMatchObject({ disable: true });
    else if (name !== 'server') expect(service.healthcheck).toMatchObject({ test: expect.any(Array) as unknown[] });
    expect(service.deploy?.resources?.limits?.memory).toMatch(/^\d+[mg]$/);
    expect(service.image).toMatch(/:.*\d/);
    if (name !== 'postgres') expect(service.read_only).toBe(true);
  });

  it('publishes ports on the loopback address only', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.filter((port) => !port.includes('127.0.0.1'))).toEqual([]);
  });

  it('keeps the database in an internal network', () => {
    expect(services.postgres!.networks).toEqual(['data']);
    expect(networks).toMatchObject({ data: { internal: true } });
  });

  it('declares the secrets that are used, and the script creates all of them', () => {
    const used = Object.values(services).flatMap((service) => service.secrets ?? []);
    expect(used.filter((secret) => !Object.keys(secrets).includes(secret))).toEqual([]);
    const created = [...read('docker', 'make-secrets.sh').matchAll(/^make (\w+)/gm)].map((match) => match[1]);
    const files = Object.values(secrets).map(({ file }) => file.replace('secrets/', ''));
    expect(files.sort()).toEqual(created.sort());
    expect(read('.gitignore')).toContain('docker/secrets/');
  });
});

// S4-23
describe('the compose file for development', () => {
  it('contains PostgreSQL 15 on Alpine alone, with a health check and a volume', () => {
    const { services } = load('compose.development.yml');
    expect(Object.keys(services)).toEqual(['postgres']);
    expect(services.postgres).toMatchObject({
      image: expect.stringMatching(/postgres:15.*-alpine/) as string,
      healthcheck: {},
      volumes: [expect.anything()],
    });
  });
});

// S1-41
describe('the image', () => {
  it('has stages, a user other than root and no build tools, and copies only listed files', () => {
    const file = read('docker', 'Dockerfile');
    expect(file.match(/^FROM /gm)).toHaveLength(2);
    expect(file).toMatch(/^USER 10001:10001$/m);
    expect(file).toMatch(/^HEALTHCHECK /m);
    const [, run = ''] = file.split(/^FROM .* AS run$/m);
    expect(run).not.toMatch(/apt-get|npm (?:ci|install)/);
    expect(read('docker', 'Dockerfile.dockerignore').split('\n')).toContain('*');
  });
});
