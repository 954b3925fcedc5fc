import { Readable } from 'node:stream';
import { ValidationError } from '#kernel';
import { type NdjsonSink, recordNdjson } from './ndjson-recording.js';

const sink: NdjsonSink<unknown> = {
  read: (value) => {
    if ((value as { good?: boolean }).good) return { id: 'x', chosenId: false, record: value };
    throw new ValidationError([{ path: 'label', message: 'is required' }]);
  },
  record: () => Promise.resolve('database'),
  room: () => Promise.resolve(),
};

async function recorded(text: string): Promise<Record<string, unknown>[]> {
  const lines: string[] = [];
  for await (const chunk of recordNdjson(sink, Readable.from([Buffer.from(text)]), 'correlation')) lines.push(chunk);
  return lines
    .join('')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('recordNdjson', () => {
  it('lets other work run between refused lines', async () => {
    let turns = 0;
    let going = true;
    const turn = (): void => {
      turns += 1;
      if (going) setImmediate(turn);
    };
    setImmediate(turn);
    await recorded('{}\n'.repeat(9000));
    going = false;
    expect(turns).toBeGreaterThan(2);
  });

  it('stops after 10,000 refused lines if no line was accepted', async () => {
    const lines = await recorded('{}\n'.repeat(30_000));
    expect(lines).toHaveLength(10_002);
    expect(lines.at(-2)).toMatchObject({ line: 10_001, code: 'nothing_accepted', status: 422 });
    expect(lines.at(-1)).toEqual({ accepted: 0, spooled: 0, refused: 10_001 });
  });

  it('still consumes the rest of the body, so that the client can read the response', async () => {
    const body = Readable.from(Array.from({ length: 40 }, () => Buffer.from('{}\n'.repeat(1000))));
    for await (const _ of recordNdjson(sink, body, 'correlation')) void _;
    await new Promise((resolve) => (body.readableEnded ? resolve(null) : body.once('end', resolve)));
    expect(body.readableEnded).toBe(true);
  });

  it('reads the whole body if a line was accepted', async () => {
    const lines = await recorded(`{"good":true}\n${'{}\n'.repeat(12_000)}{"good":true}\n`);
    expect(lines.at(-1)).toEqual({ accepted: 2, spooled: 0, refused: 12_000 });
  });
});
