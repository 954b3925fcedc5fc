/** ESM-only packages of Nest and the tests themselves are compiled to CommonJS by swc: see docs/adr/0001. */
const esmPackages = [
  '@nestjs',
  'cookie',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  '@borewit',
  'iterare',
  'nestjs-pino',
  'lru-cache',
  'hyparquet-writer',
  'hyparquet',
];

const common = {
  testEnvironment: 'node',
  // The doors of package.json's "imports" lead to the sources, not to what is built.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.(?:t|j|mj)s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:${esmPackages.join('|')})/)`],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist'],
};

/** Databases for the tests that use them, and a fresh build of the product. */
const withDatabases = {
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
};

export default {
  // No measure of anything: a shared machine may be four times as slow for a minute.
  testTimeout: 240_000,
  // One more than the cores of a small machine: many tests wait for a time-out, a retry or a restart.
  maxWorkers: 3,
  // Each medium test file loads the application again, of which Jest keeps a part: without a limit a worker grows to 4 GB.
  workerIdleMemoryLimit: '1.5GB',
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/src/**/*.spec.ts',
        '<rootDir>/models/**/*.spec.ts',
        '<rootDir>/test/{architecture,scripts}/**/*.spec.ts',
      ],
    },
    {
      ...common,
      ...withDatabases,
      displayName: 'medium',
      testMatch: ['<rootDir>/test/medium/**/*.spec.ts'],
    },
    {
      ...common,
      ...withDatabases,
      displayName: 'system',
      testMatch: ['<rootDir>/test/{integration,e2e,chaos}/**/*.spec.ts'],
    },
  ],
  collectCoverageFrom: ['src/**/*.ts', 'migrations/**/*.ts', '!src/**/*.spec.ts', '!src/main.ts', '!src/cli/cli.ts'],
  coverageReporters: ['text-summary', 'html', 'lcov'],
};
