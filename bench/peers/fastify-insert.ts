/** Bare Fastify, no model, one prepared INSERT per request on a pool of ten, which suffers most from a slow disk. */
import { fastify } from 'fastify';
import pg from 'pg';
import { uuidv7 } from '#kernel';

const pool = new pg.Pool({ connectionString: process.env.BENCH_DB_URI, max: 10 });
await pool.query(
  'CREATE TABLE plain_predictions (id uuid PRIMARY KEY, timestamp timestamptz NOT NULL, input_text text NOT NULL)',
);
const server = fastify({ logger: false });
const body = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
server.post('/predict', { schema: { body } }, async (request) => {
  const { text } = request.body as { text: string };
  const id = uuidv7();
  await pool.query({
    name: 'insert',
    text: 'INSERT INTO plain_predictions VALUES ($1, $2, $3)',
    values: [id, new Date(), text],
  });
  return { id };
});
const address = await server.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`listening ${address}\n`);
