import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..', '..');
const ROLES = ['service', 'repository', 'read-model', 'registry', 'job', 'guard', 'controller', 'pipe', 'filter'];
/** Everything needs these; they say nothing about how much a class does. */
const NOT_COUNTED = ['Clock', 'ServerClock', 'AppLogger', 'Metrics', 'FeedbackLoopConfig'];
const MAX_COLLABORATORS = 6;

interface ClassFacts {
  name: string;
  injectable: boolean;
  collaborators: string[];
  methods: { name: string; isPrivate: boolean; firstParameter: string; tags: string[] }[];
}

const pascal = (text: string): string => text.replace(/(?:^|[-.])(\w)/g, (_, letter: string) => letter.toUpperCase());

function classesIn(text: string): ClassFacts[] {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.ES2023, true);
  return source.statements.filter(ts.isClassDeclaration).map((each) => {
    const decorators = (ts.getDecorators(each) ?? []).map(({ expression }) => expression.getText(source));
    const parameters = each.members.find(ts.isConstructorDeclaration)?.parameters ?? [];
    return {
      name: each.name?.text ?? '',
      injectable: decorators.some((decorator) => /^(?:Injectable|Controller|Catch)\(/.test(decorator)),
      collaborators: [...parameters].map(({ type }) => type?.getText(source) ?? ''),
      methods: each.members.filter(ts.isMethodDeclaration).map((method) => ({
        name: method.name.getText(source),
        isPrivate: (ts.getCombinedModifierFlags(method) & ts.ModifierFlags.Private) !== 0,
        firstParameter: method.parameters[0]?.getText(source) ?? '',
        tags: ts.getJSDocTags(method).map(({ comment, tagName }) => (comment ? tagName.text : '')),
      })),
    };
  });
}

/** `unit-of-work.service.ts` holds UnitOfWork or UnitOfWorkService, and no second injectable. */
function roleProblems(file: string, text: string): string[] {
  const injectables = classesIn(text).filter(({ injectable }) => injectable);
  const [stem = '', role = ''] = basename(file, '.ts').split('.');
  return injectables.flatMap(({ name }, i) => [
    ...(i > 0 ? [`${file}: ${name} is a second injectable`] : []),
    ...(ROLES.includes(role) ? [] : [`${file}: ${name} has no role in its file name`]),
    ...(i === 0 && ![pascal(stem), pascal(`${stem}-${role}`)].includes(name)
      ? [`${file}: ${name} is not named after its file`]
      : []),
  ]);
}

function collaboratorProblems(file: string, text: string): string[] {
  return classesIn(text)
    .filter(({ injectable }) => injectable)
    .flatMap(({ collaborators, name }) => {
      const counted = collaborators.filter((type) => !NOT_COUNTED.includes(type.replace(/^Readonly<(.*)>$/, '$1')));
      return counted.length > MAX_COLLABORATORS ? [`${file}: ${name} has ${counted.length} collaborators`] : [];
    });
}

/** A repository method takes the tenant first, or says why not: `@acrossTenants <reason>`. */
function tenantProblems(file: string, text: string): string[] {
  return classesIn(text).flatMap(({ methods, name }) =>
    methods
      .filter(({ firstParameter, isPrivate, tags }) => {
        const takesTenant =
          /^\w+: TenantContext\b/.test(firstParameter) || /^\{[^}]*\}: TenantContext\b/.test(firstParameter);
        return !isPrivate && !takesTenant && !tags.includes('acrossTenants');
      })
      .map((method) => `${file}: ${name}.${method.name}`),
  );
}

const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .map((file): [string, string] => [`src/${file}`, readFileSync(join(ROOT, 'src', file), 'utf8')]);
const across = (rule: (file: string, text: string) => string[], pattern = /./): string[] =>
  files.filter(([file]) => pattern.test(file)).flatMap(([file, text]) => rule(file, text));

describe('injectables', () => {
  it('have their role in the name of their file, one in a file', () => {
    expect(across(roleProblems)).toEqual([]);
  });

  it('have at most six collaborators', () => {
    expect(across(collaboratorProblems)).toEqual([]);
  });

  it.each([
    ['no role', 'src/a/blobs.ts', '@Injectable() export class Blobs {}', 1],
    ['another name', 'src/a/blobs.service.ts', '@Injectable() export class Files {}', 1],
    ['two in one file', 'src/a/blobs.service.ts', '@Injectable() class Blobs {} @Injectable() class Bags {}', 1],
    ['a controller in a service file', 'src/a/blobs.ts', "@Controller('a') export class Blobs {}", 1],
    ['a good one', 'src/a/blobs.service.ts', '@Injectable() export class BlobsService {}', 0],
  ])('are checked: %s', (_name, file, text, problems) => {
    expect(roleProblems(file, text)).toHaveLength(problems);
  });

  it('count collaborators, but not clock, logger, metrics and configuration', () => {
    const list = (n: number): string => Array.from({ length: n }, (_, i) => `a${i}: A${i}`).join(', ');
    const others = '@Inject(CLOCK) clock: Clock, logger: AppLogger, metrics: Metrics, config: FeedbackLoopConfig';
    const text = (n: number): string => `@Injectable() class A { constructor(${list(n)}, ${others}) {} }`;
    expect(collaboratorProblems('a.service.ts', text(6))).toEqual([]);
    expect(collaboratorProblems('a.service.ts', text(7))).toHaveLength(1);
  });
});

describe('repositories and read models', () => {
  // S2-18
  it('take the tenant context first', () => {
    expect(across(tenantProblems, /\.(?:repository|read-model)\.ts$/)).toEqual([]);
  });

  it('may say why they do not', () => {
    const text = (doc: string): string => `class A {\n${doc}\nfind(id: string): void {} private other(): void {} }`;
    expect(tenantProblems('a.repository.ts', text('/** @acrossTenants the key tells which */'))).toEqual([]);
    expect(tenantProblems('a.repository.ts', text('/** @acrossTenants */'))).toHaveLength(1);
    expect(tenantProblems('a.repository.ts', text(''))).toHaveLength(1);
  });
});
