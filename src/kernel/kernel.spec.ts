import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { AppError, ValidationError } from './errors.js';
import { isUuid, smallestIdAt, uuidv7 } from './ids.js';
import { Mutex } from './mutex.js';
import { CursorCodec } from './pagination.js';
import { parseRange, parseTime } from './time.js';

const time = fc.integer({ min: 0, max: Date.UTC(2200, 0, 1) });

describe('uuidv7', () => {
  it('encodes its time, sorts by it, and never repeats', () => {
    fc.assert(
      fc.property(time, time, (a, b) => {
        const [first, second] = [uuidv7(a), uuidv7(b)];
        expect(isUuid(first)).toBe(true);
        expect(first.charAt(14)).toBe('7');
        expect('89ab').toContain(first.charAt(19));
        expect(parseInt(first.replaceAll('-', '').slice(0, 12), 16)).toBe(a);
        expect(first >= smallestIdAt(a) && first < smallestIdAt(a + 1)).toBe(true);
        if (a < b) expect(first < second).toBe(true);
      }),
    );
    expect(new Set(Array.from({ length: 10_000 }, () => uuidv7(1))).size).toBe(10_000);
  });
});

describe('cursors', () => {
  const secret = randomBytes(32);
  const codec = new CursorCodec([secret], 'list');

  it('decode to the position they were made from', () => {
    fc.assert(
      fc.property(time, (at) => expect(codec.decode(codec.encode({ time: at, id: uuidv7(at) })).time).toBe(at)),
    );
    const id = uuidv7(5);
    expect(codec.decode(codec.encode({ time: 5, id }))).toEqual({ time: 5, id });
  });

  it('are refused after any change', () => {
    const cursor = codec.encode({ time: 1000, id: uuidv7(1000) });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: cursor.length - 2 }), fc.constantFrom('A', 'b', '7', '_'), (at, letter) => {
        fc.pre(cursor.charAt(at) !== letter);
        expect(() => codec.decode(cursor.slice(0, at) + letter + cursor.slice(at + 1))).toThrow(ValidationError);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => expect(() => codec.decode(text)).toThrow(ValidationError)));
  });

  it('are refused by another list', () => {
    const cursor = codec.encode({ time: 1000, id: uuidv7(1000) });
    expect(() => new CursorCodec([secret], 'other').decode(cursor)).toThrow(ValidationError);
  });

  it('survive a rotation of the key', () => {
    const cursor = codec.encode({ time: 1, id: uuidv7(1) });
    expect(new CursorCodec([randomBytes(32), secret], 'list').decode(cursor).time).toBe(1);
    expect(() => new CursorCodec([randomBytes(32)], 'list').decode(cursor)).toThrow(ValidationError);
  });
});

describe('times', () => {
  it.each([
    ['2026-01-31T09:30:00.123Z', Date.UTC(2026, 0, 31, 9, 30, 0, 123)],
    ['2026-01-31T09:30:00.123987Z', Date.UTC(2026, 0, 31, 9, 30, 0, 123)],
    ['2026-01-31T09:30:00', Date.UTC(2026, 0, 31, 9, 30)],
    ['2026-01-31 09:30', Date.UTC(2026, 0, 31, 9, 30)],
    ['2026-01-31', Date.UTC(2026, 0, 31)],
    ['2026-01-31T09:30:00+02:00', Date.UTC(2026, 0, 31, 7, 30)],
    // As PostgreSQL prints it.
    ['2026-01-31 09:30:00.5+02', Date.UTC(2026, 0, 31, 7, 30, 0, 500)],
    ['2026-01-31T09:30-05', Date.UTC(2026, 0, 31, 14, 30)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
  ])('reads %s, in UTC unless it names a zone', (text, expected) => {
    expect(parseTime(text)).toBe(expected);
  });

  it.each([
    '',
    'now',
    '2026',
    '2026-02-31',
    '2025-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-01T25:00:00Z',
    '1e5',
    // In UTC its year has five digits, which this function refuses.
    '9999-12-31T23:59:59-23:59',
    '2026-01-01T00:00:00Zjunk',
  ])('refuses %j', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });

  it('checks both ends of a range', () => {
    expect(parseRange(undefined, undefined)).toEqual({ from: undefined, to: undefined });
    expect(() => parseRange('x', 'y')).toThrow(ValidationError);
    expect(() => parseRange('2026-01-02', '2026-01-01')).toThrow(ValidationError);
  });
});

describe('Mutex', () => {
  it('runs tasks one at a time, in order, and continues after a failure', async () => {
    const mutex = new Mutex();
    const events: string[] = [];
    const task =
      (name: string, fail = false) =>
      async (): Promise<void> => {
        events.push(`${name} in`);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
        events.push(`${name} out`);
        if (fail) throw new Error(name);
      };
    const results = await Promise.allSettled([mutex.run(task('a')), mutex.run(task('b', true)), mutex.run(task('c'))]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(events).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });
});

describe('AppError', () => {
  it('S1-01 S2-01 carries code, status, level and remedy', () => {
    const error = new AppError({ code: 'c', status: 503, title: 't', detail: 'd', remedy: 'r', retryable: true });
    expect(error).toMatchObject({
      code: 'c',
      status: 503,
      message: 'd',
      remedy: 'r',
      retryable: true,
      logLevel: 'error',
    });
    expect(new ValidationError([{ path: 'a', message: 'b' }])).toMatchObject({ status: 422, logLevel: 'info' });
  });
});
