import type { ApiDocument, Components, Header, Operation, Parameter, Paths, Reference } from './document.js';

const NAME = /^[A-Z][A-Za-z0-9]*$/;

/**
 * Collects what has a name or is used twice. Each is declared once, under `components`, and referred to from the paths.
 */
export class ComponentRegistry {
  private readonly components: Components = { schemas: {}, responses: {}, headers: {}, parameters: {} };

  /** Returns the value with every schema that has an `$id` replaced by a reference. */
  refer(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.refer(each));
    if (typeof value !== 'object' || value === null) return value;
    const { $id, ...rest } = value as { $id?: unknown };
    const referred = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, this.refer(each)]));
    return typeof $id === 'string' ? this.add('schemas', $id, referred) : referred;
  }

  /** Adds a component and returns a reference to it. @throws Error if another component has the name */
  add(kind: keyof Components, name: string, value: object): Reference {
    if (!NAME.test(name)) throw new Error(`${name} is not a valid name in ${kind}: use PascalCase`);
    const known = (this.components[kind] ??= {});
    if (Object.hasOwn(known, name) && JSON.stringify(known[name]) !== JSON.stringify(value))
      throw new Error(`two different ${kind} have the name ${name}: change the $id of one, or make them equal`);
    known[name] = value;
    return { $ref: `#/components/${String(kind)}/${name}` };
  }

  /** Refers to headers by their names: `X-Correlation-ID` is `XCorrelationID`. */
  referHeaders(headers: Record<string, Header | Reference> = {}): Record<string, Reference> {
    return Object.fromEntries(
      Object.entries(headers).map(([name, header]) => [
        name,
        '$ref' in header ? header : this.add('headers', pascalCase(name), header),
      ]),
    );
  }

  /**
   * Refers to the parameters that several operations share. A parameter gets the name of its schema, if that has one.
   */
  referParameters(paths: Paths): void {
    const operations = Object.values(paths).flatMap((item) => Object.values(item));
    const uses = new Map<string, number>();
    for (const parameter of operations.flatMap(parametersOf)) {
      const text = JSON.stringify(parameter);
      uses.set(text, (uses.get(text) ?? 0) + 1);
    }
    for (const operation of operations) {
      if (!operation.parameters) continue;
      operation.parameters = parametersOf(operation).map((parameter) =>
        uses.get(JSON.stringify(parameter)) === 1
          ? parameter
          : this.add('parameters', parameter.schema?.$ref?.split('/').at(-1) ?? pascalCase(parameter.name), parameter),
      );
    }
  }

  /** Returns the components that `paths` refer to, directly or through other components, in alphabetical order. */
  usedBy(paths: Paths): Components {
    const used = new Set<string>();
    const visit = (value: unknown): void => {
      for (const reference of referencesIn(value)) {
        if (used.has(reference)) continue;
        used.add(reference);
        const [, , kind = '', name = ''] = reference.split('/');
        const component = this.components[kind]?.[name];
        if (!component) throw new Error(`${reference} is not declared`);
        visit(component);
      }
    };
    visit(paths);
    const kinds = Object.entries(this.components).map(([kind, components]): [string, Record<string, object>] => [
      kind,
      Object.fromEntries(
        Object.entries(components)
          .filter(([name]) => used.has(`#/components/${kind}/${name}`))
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    ]);
    return Object.fromEntries(kinds.filter(([, components]) => Object.keys(components).length > 0));
  }
}

/** Returns the part of the document for one audience: its paths in alphabetical order, and the components they use. */
export function pick(
  document: ApiDocument,
  registry: ComponentRegistry,
  includes: (path: string) => boolean,
): ApiDocument {
  const paths = Object.fromEntries(
    Object.entries(document.paths)
      .filter(([path]) => includes(path))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  const schemes = new Set(operations.flatMap(({ security = [] }) => security.flatMap((each) => Object.keys(each))));
  const tags = new Set(operations.flatMap(({ tags: own = [] }) => own));
  const securitySchemes = Object.entries(document.components.securitySchemes ?? {});
  return {
    ...document,
    tags: document.tags?.filter(({ name }) => tags.has(name)),
    paths,
    components: {
      securitySchemes: Object.fromEntries(securitySchemes.filter(([name]) => schemes.has(name))),
      ...registry.usedBy(paths),
    },
  };
}

function parametersOf({ parameters = [] }: Operation): Parameter[] {
  return parameters.filter((parameter): parameter is Parameter => !('$ref' in parameter));
}

function referencesIn(value: unknown): string[] {
  return [...JSON.stringify(value).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference as string);
}

function pascalCase(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
