import { prettyFactory } from 'pino-pretty';
import { READABLE } from './logger.js';

describe('the log on a terminal', () => {
  const lineOf = (fields: object): string => prettyFactory({ ...READABLE, colorize: false })(JSON.stringify(fields));

  it('has one line for each request', () => {
    const line = lineOf({
      level: 'info',
      time: '2026-11-30T08:00:00.000Z',
      correlation_id: 'c-1',
      method: 'GET',
      route: 'none',
      path: '/api/v1/predictons',
      status: 404,
      duration_ms: 1.25,
      msg: 'request',
    });
    expect(line.trimEnd().split('\n')).toHaveLength(1);
    expect(line).toContain('INFO: GET /api/v1/predictons 404 1.25 ms {"correlation_id":"c-1"}');
  });

  it('has the message and the fields of any other event', () => {
    expect(lineOf({ level: 'warn', msg: 'database is down', reason: 'x' })).toContain(
      'WARN: database is down {"reason":"x"}',
    );
  });
});
