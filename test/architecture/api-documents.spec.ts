import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { STATUS_CODES } from 'node:http';

const ROOT = join(__dirname, '..', '..');
const MAX_LINES = 16_000;
const FILES = ['openapi.json', 'openapi-admin.json'];

type Json = Record<string, unknown>;
interface Content {
  schema: Json;
  example?: unknown;
}
interface Response {
  description: string;
  content?: Record<string, Content>;
  headers?: Json;
  $ref?: string;
}
interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags: string[];
  security?: Json[];
  parameters?: Json[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, Response>;
}
interface ApiDocument {
  tags: { name: string; description?: string }[];
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, Json>>;
}

const texts = FILES.map((file) => readFileSync(join(ROOT, 'docs', 'api', file), 'utf8'));
const documents = texts.map((text) => JSON.parse(text) as ApiDocument);
const operationsOf = ({ paths }: ApiDocument): Operation[] =>
  Object.values(paths).flatMap((item) => Object.values(item));
const isJson = (type: string): boolean => /^application\/(?:.*\+)?json$/.test(type);

/** Every object in a value, with the path to it. */
function objectsIn(value: unknown, path = ''): [path: string, object: Json][] {
  if (typeof value !== 'object' || value === null) return [];
  const children = Object.entries(value).flatMap(([key, child]) => objectsIn(child, `${path}/${key}`));
  return Array.isArray(value) ? children : [[path, value as Json], ...children];
}

/** What a local reference leads to, or undefined. */
function resolve(document: ApiDocument, reference: string): unknown {
  return reference
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((found, key) => (found as Json | undefined)?.[key], document);
}

/** Names of the values that `offends`, over both documents. */
function offenders(offends: (operation: Operation, document: ApiDocument) => unknown): string[] {
  return documents.flatMap((document) =>
    operationsOf(document)
      .filter((operation) => offends(operation, document))
      .map(({ operationId }) => operationId),
  );
}

describe('the API documents', () => {
  it('have fewer than 16,000 lines together', () => {
    const lines = texts.reduce((sum, text) => sum + text.split('\n').length, 0);
    expect(lines).toBeLessThan(MAX_LINES);
  });

  it('name every operation once', () => {
    const ids = documents.flatMap(operationsOf).map(({ operationId }) => operationId);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    expect(ids.filter((id) => !/^[a-z][a-z0-9_]*$/.test(id))).toEqual([]);
  });

  it.each(FILES)('%s has no reference that leads nowhere, and no component without a use', (file) => {
    const document = documents[FILES.indexOf(file)]!;
    const references = objectsIn(document).flatMap(([, { $ref }]) => (typeof $ref === 'string' ? [$ref] : []));
    expect(references.filter((reference) => resolve(document, reference) === undefined)).toEqual([]);
    const declared = Object.entries(document.components)
      .filter(([kind]) => kind !== 'securitySchemes')
      .flatMap(([kind, components]) => Object.keys(components).map((name) => `#/components/${kind}/${name}`));
    expect(declared.filter((name) => !references.includes(name))).toEqual([]);
  });

  it('name the schema of every JSON body, so that generated types have names', () => {
    const isNamed = ({ schema }: Content): boolean => typeof schema.$ref === 'string';
    const jsonOf = (content: Record<string, Content> = {}): Content[] =>
      Object.entries(content)
        .filter(([type]) => isJson(type))
        .map(([, each]) => each);
    expect(offenders(({ requestBody }) => !jsonOf(requestBody?.content).every(isNamed))).toEqual([]);
    expect(
      offenders(({ responses }) => !Object.values(responses).every(({ content }) => jsonOf(content).every(isNamed))),
    ).toEqual([]);
  });

  it('declare content for every success but 304', () => {
    const isEmpty = ([status, { content }]: [string, Response]): boolean => status.startsWith('2') && !content;
    expect(offenders(({ responses }) => Object.entries(responses).some(isEmpty))).toEqual([]);
  });

  it('refer to shared problems, and declare none inline', () => {
    const hasProblem = ({ content }: Response): boolean => content?.['application/problem+json'] !== undefined;
    expect(offenders(({ responses }) => Object.values(responses).some(hasProblem))).toEqual([]);
    const isShared = ([status, { $ref }]: [string, Response]): boolean =>
      Number(status) < 400 || /^#\/components\/responses\/\w+Problem$/.test($ref ?? '');
    // Probes report a state with 503.
    const probes = ['health', 'liveness', 'readiness', 'startup', 'health_older_shape'];
    const others = offenders(({ responses }) => !Object.entries(responses).every(isShared));
    expect(others.sort()).toEqual(probes.sort());
  });

  it('show in each problem its own status and code', () => {
    for (const document of documents)
      for (const { responses } of operationsOf(document))
        for (const [status, { $ref }] of Object.entries(responses)) {
          if ($ref === undefined) continue;
          const { content } = resolve(document, $ref) as Response;
          const example = content?.['application/problem+json']?.example as Json;
          expect([$ref, example.status]).toEqual([$ref, Number(status)]);
          expect(example.type).toBe(`urn:feedback-loop:problem:${String(example.code)}`);
          expect(STATUS_CODES[status]).toBeDefined();
        }
    const codes = new Set(
      documents.flatMap(({ components }) =>
        Object.values(components.responses!).map(
          (each) => ((each as unknown as Response).content!['application/problem+json']!.example as Json).code,
        ),
      ),
    );
    expect(codes.size).toBe(17);
  });

  it('declare security for all operations: scopes, or none', () => {
    expect(offenders(({ security }) => security === undefined)).toEqual([]);
    expect(offenders((operation) => operation.security!.length > 0 !== 'x-scopes' in operation)).toEqual([]);
    for (const document of documents) {
      const used = new Set(
        operationsOf(document).flatMap(({ security }) => security!.flatMap((each) => Object.keys(each))),
      );
      expect(Object.keys(document.components.securitySchemes!).sort()).toEqual([...used].sort());
    }
  });

  it('describe every tag, use every tag, and put the legacy paths last', () => {
    for (const document of documents) {
      const used = new Set(operationsOf(document).flatMap(({ tags }) => tags));
      expect(document.tags.map(({ name }) => name).sort()).toEqual([...used].sort());
      expect(document.tags.filter(({ description = '' }) => description === '')).toEqual([]);
      expect(document.tags.findIndex(({ name }) => name === 'Legacy paths')).toBe(
        used.has('Legacy paths') ? document.tags.length - 1 : -1,
      );
      expect(document.servers).not.toEqual([]);
    }
  });

  it('summarize every operation in a few words without a full stop', () => {
    expect(offenders(({ summary = '' }) => !/^[A-Z][a-z]+,? .{3,90}[^.]$|^Sign (?:in|out)$/.test(summary))).toEqual([]);
  });

  it('describe every operation in whole sentences', () => {
    expect(offenders(({ description = '' }) => !/^[A-Z`].{10,400}\.$/s.test(description))).toEqual([]);
  });

  it('give every array its items', () => {
    const isArray = ({ type }: Json): boolean => type === 'array' || (Array.isArray(type) && type.includes('array'));
    const bare = documents.flatMap((document) =>
      objectsIn(document).filter(([, each]) => isArray(each) && !('items' in each)),
    );
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  it('have only valid examples', () => {
    let examples = 0;
    for (const document of documents) {
      const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
      const found = objectsIn(document).filter(([path, each]) => 'example' in each && !path.includes('/example'));
      for (const [path, each] of found) {
        const { example, schema = each } = each as { example: unknown; schema?: Json };
        // Alone with the components, to which references in the schema lead.
        const check = ajv.compile({ ...schema, components: document.components });
        check(example);
        expect([path, check.errors]).toEqual([path, null]);
        examples += 1;
      }
    }
    expect(examples).toBeGreaterThan(60);
  });
});

describe('the facts of a route', () => {
  const controllers = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.controller.ts'))
    .map((name): [string, string] => [name, readFileSync(join(ROOT, 'src', name), 'utf8')]);
  const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

  /** Decorators that include `IdempotentRoute`, such as `PredictRoute`. */
  const idempotent = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(join(ROOT, 'src', name), 'utf8').matchAll(
        /^export const (\w+Route) = [^;]*IdempotentRoute\(\)/gm,
      ),
    ])
    .map(([, name]) => name);
  const declaresKey = new RegExp(`@(?:${['IdempotentRoute', ...idempotent].join('|')})\\(`, 'g');

  it.each(controllers)('%s declares the request headers that its methods read', (_, text) => {
    expect(count(text, declaresKey)).toBe(count(text, /@IdempotencyKey\(\)/g));
    expect(count(text, /ifMatch: true/g)).toBe(count(text, /@Headers\('if-match'\)/g));
  });
});
