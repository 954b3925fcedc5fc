// The negative control: it responds first and writes 50 ms later, as the legacy systems did. A test that kills it must
// find losses: one that finds none could not find them in the product either.
import { randomUUID } from 'node:crypto';
import BetterSqlite3 from 'better-sqlite3';
import { fastify } from 'fastify';

const database = new BetterSqlite3(process.env.CONTROL_FILE);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec('CREATE TABLE IF NOT EXISTS predictions (id TEXT PRIMARY KEY)');
const insert = database.prepare('INSERT INTO predictions (id) VALUES (?)');
let buffer = [];
setInterval(() => {
  const ids = buffer;
  buffer = [];
  database.transaction(() => ids.forEach((id) => insert.run(id)))();
}, 50);

const server = fastify({ logger: false });
server.post('/api/v1/predict', () => {
  const id = randomUUID();
  buffer.push(id);
  return { id, persisted: 'database' };
});
const address = await server.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ address, msg: 'feedback-loop is listening' })}\n`);
