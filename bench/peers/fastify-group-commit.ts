/**
 * A server written only for speed: bare Fastify, no model, one durable row per request by group commit, no fallback.
 */
import { fastify } from 'fastify';
import pg from 'pg';
import { uuidv7 } from '#kernel';

interface Row {
  id: string;
  timestamp: string;
  input_text: string;
  label: string;
  confidence_score: number;
}

const pool = new pg.Pool({ connectionString: process.env.BENCH_DB_URI, max: 2 });
await pool.query(
  `CREATE TABLE bare_predictions (id uuid PRIMARY KEY, timestamp timestamptz NOT NULL, input_text text NOT NULL,
     label text NOT NULL, confidence_score float8 NOT NULL)`,
);
const statement = {
  name: 'insert',
  text:
    'INSERT INTO bare_predictions SELECT * FROM jsonb_to_recordset($1::jsonb) ' +
    'AS r(id uuid, timestamp timestamptz, input_text text, label text, confidence_score float8)',
};

let waiting: { row: Row; done: () => void; failed: (error: Error) => void }[] = [];
let lanes = 0;
function pump(): void {
  while (lanes < 2 && waiting.length > 0) {
    const group = waiting;
    waiting = [];
    lanes += 1;
    pool
      .query({ ...statement, values: [JSON.stringify(group.map(({ row }) => row))] })
      .then(
        () => group.forEach(({ done }) => done()),
        (error: Error) => group.forEach(({ failed }) => failed(error)),
      )
      .finally(() => {
        lanes -= 1;
        pump();
      });
  }
}

const server = fastify({ logger: false });
const body = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
const answer = {
  type: 'object',
  properties: { id: { type: 'string' }, label: { type: 'string' }, confidence: { type: 'number' } },
};
server.post('/predict', { schema: { body, response: { 200: answer } } }, async (request) => {
  const { text } = request.body as { text: string };
  const now = Date.now();
  const row = {
    id: uuidv7(now),
    timestamp: new Date(now).toISOString(),
    input_text: text,
    label: 'neutral',
    confidence_score: 0.5,
  };
  await new Promise<void>((done, failed) => {
    waiting.push({ row, done, failed });
    pump();
  });
  return { id: row.id, label: row.label, confidence: row.confidence_score };
});
const address = await server.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`listening ${address}\n`);
