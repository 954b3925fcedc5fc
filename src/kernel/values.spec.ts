import fc from 'fast-check';
import { timeOfNumber } from './time.js';
import { cutText, decodeText, faultOfText, isLongerThan, lengthOf, parseExactJson, parseNumber } from './values.js';

describe('texts', () => {
  it('are counted and cut by characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, max) => {
        const characters = [...text];
        expect(lengthOf(text)).toBe(characters.length);
        expect(isLongerThan(text, max)).toBe(characters.length > max);
        expect(cutText(text, max)).toBe(characters.slice(0, max).join(''));
      }),
    );
  });

  it.each([
    ['a\0b', 'nul_character'],
    ['a\ud83d', 'lone_surrogate'],
    ['\ude00', 'lone_surrogate'],
    ['😀 \\u0000 \\ud83d', undefined],
  ])('%j have the fault %s', (text, code) => {
    expect(faultOfText(text)?.code).toBe(code);
  });

  it('are decoded only if every byte is in the encoding', () => {
    const bytes = Buffer.from('café', 'latin1');
    expect(decodeText(bytes)).toBeUndefined();
    expect(decodeText(bytes, 'windows-1252')).toBe('café');
    expect(decodeText(Buffer.from('café'))).toBe('café');
    expect(decodeText(Uint8Array.of(0x80, 0x92, 0xe9), 'cp1252')).toBe('€’é');
    expect(decodeText(Uint8Array.of(0xa4, 0xe1), 'iso-8859-2')).toBe('¤á');
    expect(decodeText(bytes, 'klingon')).toBeUndefined();
  });
});

describe('numbers', () => {
  it.each([
    ['1', 1],
    ['-2.50', -2.5],
    [' 1e3 ', 1000],
    ['.5', 0.5],
    ['9007199254740991', 9007199254740991],
    ['100000000000000000000', 1e20],
    ['1000000000000000000000', 1e21],
    ['0x1', undefined],
    ['', undefined],
    ['Infinity', undefined],
    ['1e400', undefined],
    ['9007199254740993', undefined],
    ['1983516295378495150', undefined],
    ['1,5', undefined],
  ])('%j is read as %s', (text, expected) => {
    expect(parseNumber(text)).toBe(expected);
  });

  it('are read from JSON as they were written, large ones as BigInt', () => {
    expect(parseExactJson('{"a":[9007199254740993,1.5,"9007199254740993 \\"1"],"b":9007199254740992}')).toEqual({
      a: [9007199254740993n, 1.5, '9007199254740993 "1'],
      b: 9007199254740992,
    });
    fc.assert(fc.property(fc.json(), (text) => expect(parseExactJson(text)).toEqual(JSON.parse(text))));
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        expect(BigInt(parseExactJson(String(value)) as number | bigint)).toBe(value);
      }),
    );
  });

  it.each([
    [1796032800, Date.UTC(2026, 10, 30, 10)],
    [1796032800.5, Date.UTC(2026, 10, 30, 10) + 500],
    [1796032800123, Date.UTC(2026, 10, 30, 10) + 123],
    [-1, undefined],
    [1e15, undefined],
    [Number.NaN, undefined],
  ])('%d is read as a time in seconds or milliseconds', (value, expected) => {
    expect(timeOfNumber(value)).toBe(expected);
  });
});
