/** The lower bound: the cost of the framework with a body schema and a response schema only. */
import { fastify } from 'fastify';

const server = fastify({ logger: false });
const text = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
server.post('/predict', { schema: { body: text, response: { 200: text } } }, (request) => request.body);
const address = await server.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`listening ${address}\n`);
