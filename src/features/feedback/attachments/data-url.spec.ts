import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { bytesOfDataUrl } from './data-url.js';

const MAX = 100_000;
const bytes = fc.uint8Array({ minLength: 1, maxLength: 600 }).map((array) => Buffer.from(array));
const wrapped = (text: string, width: number, end: string): string =>
  (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(end) + end;

describe('bytesOfDataUrl', () => {
  it('reads Base64 however it is divided into lines, with and without a scheme in any case', () => {
    fc.assert(
      fc.property(
        bytes,
        fc.constantFrom('data:image/png;base64,', 'DATA:image/png;BASE64,', 'Data:;base64,', ''),
        fc.constantFrom(4, 60, 64, 76),
        fc.constantFrom('\n', '\r\n', '\n  ', '\t', '\n\n'),
        fc.constantFrom('', ' ', '\n'),
        (content, scheme, width, end, before) => {
          const text = before + scheme + wrapped(content.toString('base64'), width, end) + before;
          expect(bytesOfDataUrl(text, MAX).equals(content)).toBe(true);
        },
      ),
    );
  });

  it('reads a blank as a plus sign, as a form that was decoded twice sends it', () => {
    fc.assert(
      fc.property(bytes, (content) => {
        const text = content.toString('base64');
        fc.pre((text.match(/\+/g) ?? []).length % 4 !== 0);
        expect(bytesOfDataUrl(`data:image/png;base64,${text.replaceAll('+', ' ')}`, MAX).equals(content)).toBe(true);
      }),
    );
  });

  it('reads lines that are divided by blanks', () => {
    for (const size of [100, 1000, 4096]) {
      const content = randomBytes(size);
      expect(bytesOfDataUrl(wrapped(content.toString('base64'), 76, ' '), MAX).equals(content)).toBe(true);
    }
  });

  it('reads Base64 for addresses, and without padding', () => {
    fc.assert(
      fc.property(bytes, (content) => {
        expect(bytesOfDataUrl(content.toString('base64url'), MAX).equals(content)).toBe(true);
      }),
    );
  });

  it.each([
    ['', 'empty'],
    [' \n ', 'empty'],
    ['data:image/png;base64,', 'empty'],
    ['data:image/png,abc', 'not_base64'],
    ['data:image/png;charset=x', 'not_base64'],
    ['iVBORw0K!', 'not_base64'],
    ['not base64 at all?', 'not_base64'],
  ])('refuses %j as %s', (text, code) => {
    expect(() => bytesOfDataUrl(text, MAX)).toThrow(expect.objectContaining({ code }));
  });

  it('allows exactly the maximum size', () => {
    const text = (size: number): string => `data:image/png;base64,${Buffer.alloc(size, 1).toString('base64')}`;
    for (const max of [100, 101, 102]) {
      expect(bytesOfDataUrl(text(max), max)).toHaveLength(max);
      expect(() => bytesOfDataUrl(text(max + 1), max)).toThrow(expect.objectContaining({ code: 'too_large' }));
    }
  });
});
