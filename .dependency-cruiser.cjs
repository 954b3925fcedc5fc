/** Layers, lowest first: a folder may import what stands before it, never what stands behind. One line is one layer. */
const LAYERS = [
  ['common'],
  ['config'],
  ['observability', 'http', 'secrets'],
  ['resilience'],
  ['redis', 'mail', 'tabular'],
  ['persistence'],
  ['security', 'ingest'],
  ['predictions', 'feedback', 'labels', 'events'],
  ['analytics', 'review', 'experiments', 'training', 'transfer'],
  ['retention'],
  ['outbox', 'backup'],
  ['health'],
  ['dashboard'],
];

const escape = (names) => `^src/(?:${names.join('|')})/`;

const layerRules = LAYERS.map((names, i) => ({
  name: `layer-${names.join('-')}`,
  comment: `Lower layers never import higher ones (${names.join(', ')}).`,
  severity: 'error',
  from: { path: escape(names) },
  to: {
    path: `${escape(
      LAYERS.slice(i + 1)
        .flat()
        .concat('nothing'),
    )}|^src/[^/]+\\.ts$`,
  },
}));

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'other-modules-through-their-index',
      comment: 'Another module only through its index.ts.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'root-files-through-index',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$' },
      to: { path: '^src/[^/]+/', pathNot: '^src/[^/]+/index\\.ts$' },
    },
    {
      name: 'typeorm-only-where-data-is',
      comment: 'typeorm only in persistence, the ingest writer, migrations, repositories, read models and tests.',
      severity: 'error',
      from: {
        pathNot: [
          '^src/persistence/',
          '^migrations/',
          '^src/ingest/.*writer',
          '\\.repository\\.ts$',
          '\\.read-model\\.ts$',
          '^test/',
          '^bench/',
          '\\.spec\\.ts$',
        ],
      },
      to: { path: 'node_modules/(?:typeorm|@nestjs/typeorm)/' },
    },
    {
      name: 'drivers-only-in-persistence',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/persistence/', '\\.spec\\.ts$'] },
      to: { path: 'node_modules/(?:pg|better-sqlite3)/' },
    },
    {
      name: 'controllers-never-see-rows',
      comment: 'Controllers import services, read models and dto, never repositories or entities.',
      severity: 'error',
      from: { path: '\\.controller\\.ts$' },
      to: { path: '\\.(?:repository|entity)\\.ts$' },
    },
    {
      name: 'services-know-no-http',
      comment: 'Services never import fastify or DTO classes.',
      severity: 'error',
      from: { path: '\\.(?:service|repository|read-model)\\.ts$' },
      to: { path: 'node_modules/(?:fastify|@nestjs/platform-fastify)/|/dto/' },
    },
    {
      name: 'entities-stay-in-repositories',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/persistence/', '\\.repository\\.ts$', '\\.spec\\.ts$'] },
      to: { path: '\\.entity\\.ts$' },
    },
    {
      name: 'migrations-stand-alone',
      comment: 'A migration must mean the same next year: it imports nothing from src but types.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'training-is-not-shipped-code',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(?:models/training|bench|test)/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: ['\\.d\\.ts$', 'sqlite-worker\\.ts$', '^src/(?:main|cli)\\.ts$'] },
      to: {},
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^(?:src|migrations)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
