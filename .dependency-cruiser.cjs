/** Bands, lowest first: a band imports itself and what stands before it. */
const BANDS = ['kernel', 'platform', 'features', 'operations', 'legacy', 'app|cli'];

/** One module: a folder with a door (index.ts), known everywhere by its name in package.json's "imports". */
const MODULE = '^src/(kernel/statistics|kernel|legacy/settings|legacy|app|cli|(?:platform|features|operations)/[^/]+)/';

const bandRules = BANDS.slice(0, -1).map((band, i) => ({
  name: `band-${band}`,
  comment: `${band} imports itself and lower bands only.`,
  severity: 'error',
  from: { path: `^src/(?:${band})/` },
  to: { path: `^src/(?:(?:${BANDS.slice(i + 1).join('|')})/|[^/]+\\.ts$)` },
}));

module.exports = {
  forbidden: [
    ...bandRules,
    {
      name: 'other-modules-by-their-door',
      comment: 'Import another module by the name of its door (#kernel, #persistence, …), never by a path into it.',
      severity: 'error',
      from: { path: MODULE },
      to: { path: '^(?:src|migrations)/', pathNot: '^src/$1/', dependencyTypesNot: ['aliased-subpath-import'] },
    },
    {
      name: 'own-module-by-path',
      comment: 'Inside a module, import files by path: through its own door a module imports itself in a circle.',
      severity: 'error',
      from: { path: MODULE },
      to: { path: '^src/$1/', dependencyTypes: ['aliased-subpath-import'] },
    },
    {
      name: 'features-know-no-sibling',
      comment: 'Features do not import one another; all may import labels.',
      severity: 'error',
      from: { path: '^src/features/([^/]+)/' },
      to: { path: '^src/features/', pathNot: ['^src/features/$1/', '^src/features/labels/index\\.ts$'] },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'typeorm-only-where-data-is',
      comment: 'typeorm only in persistence, the ingest writer, migrations, repositories, read models and tests.',
      severity: 'error',
      from: {
        pathNot: [
          '^src/platform/persistence/',
          '^migrations/',
          '^src/platform/ingest/.*writer',
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
      comment: 'Database drivers only in persistence, and where the databases of legacy systems are read.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/platform/persistence/', '^src/legacy/databases/', '\\.spec\\.ts$'] },
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
      from: { path: '^src/', pathNot: ['^src/platform/persistence/', '\\.repository\\.ts$', '\\.spec\\.ts$'] },
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
      from: { orphan: true, path: '^src/', pathNot: ['\\.d\\.ts$', 'sqlite-worker\\.ts$', '^src/main\\.ts$'] },
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
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
