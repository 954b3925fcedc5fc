import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const processEnv = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'The environment is read by src/platform/config/environment.ts alone.',
};

const errorCasts = {
  selector: 'TSAsExpression > TSTypeLiteral > TSPropertySignature[key.name=/^(code|retryable)$/]',
  message: 'Use codeOf(error) or isRetryable(error) of #kernel.',
};

/** Constructors are not limited here: test/architecture counts the collaborators of injectables. */
const maxParameters = [
  'FunctionDeclaration[params.length>7]',
  'ArrowFunctionExpression[params.length>7]',
  "MethodDefinition:not([kind='constructor']) > FunctionExpression[params.length>7]",
].map((selector) => ({ selector, message: 'Pass an object: at most seven parameters.' }));

export default tseslint.config(
  { ignores: ['dist/**', 'coverage/**', 'node_modules/**', 'data/**'] },
  // Generated, and as long as the API documents: `npm run generate:check` and the compiler check them.
  { ignores: ['test/support/api/api-types.ts', 'test/support/api/admin-api-types.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  {
    files: ['web/**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        ['document', 'fetch', 'FormData', 'history', 'location', 'SwaggerUIBundle', 'URL', 'URLSearchParams'].map(
          (name) => [name, 'readonly'],
        ),
      ),
    },
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // `!` stands where an index is in range by construction: numeric loops, and fixtures of tests.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-restricted-syntax': ['error', processEnv, errorCasts, ...maxParameters],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      complexity: ['error', 20],
      'max-lines': ['error', { max: 400 }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/platform/config/environment.ts', '**/*.spec.ts'],
    rules: {
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Outgoing calls belong to a client with limits.' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/platform/scheduling/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { name: '@nestjs/schedule', message: 'Declare a background job with @WhileDatabaseUp of #scheduling.' },
      ],
    },
  },
  // The demo is a client of our own server on the loopback.
  { files: ['src/cli/demo.command.ts'], rules: { 'no-restricted-globals': 'off' } },
  {
    files: ['src/platform/config/environment.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  { files: ['bench/**/*.ts', 'test/**/*.ts'], rules: { 'no-console': 'off' } },
  // Run by k6, which brings it.
  { files: ['bench/load-test.js'], languageOptions: { globals: { __ENV: 'readonly' } } },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    languageOptions: {
      globals: {
        globalThis: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        fetch: 'readonly',
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        URL: 'readonly',
      },
    },
  },
  prettier,
);
