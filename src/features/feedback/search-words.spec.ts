import fc from 'fast-check';
import { searchWords, toSearchQuery, toSearchText } from './search-words.js';

describe('search words', () => {
  it.each([
    ['The Café is CLOSED!', 'the cafe is closed'],
    ['mail me: a.b@example.com, 24/7', 'mail me a b example com 24 7'],
    ['ärger-los Straße', 'arger los straße'],
    ['画面が動かない', '画 面 か 動 か な い'],
    ["it's; DROP TABLE", 'it s drop table'],
    ['😀 … ---', ''],
    ['abc画面def', 'abc 画 面 def'],
    // A radical is a symbol, though its script is Han.
    ['⺀', ''],
  ])('of %j are %j', (text, words) => {
    expect(toSearchText(text)).toBe(words);
  });

  it('stay the same when they are split again, and contain no query syntax', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(searchWords(toSearchText(text))).toEqual(searchWords(text));
        for (const word of searchWords(text)) expect(word).toMatch(/^[\p{L}\p{N}]+$/u);
      }),
    );
  });

  it('become a query for prefixes', () => {
    expect(toSearchQuery('Foo "bar"', 'sqlite')).toBe('"foo"* AND "bar"*');
    expect(toSearchQuery("o'Neill", 'postgresql')).toBe("'o':* & 'neill':*");
    expect(toSearchQuery('!!!', 'sqlite')).toBeUndefined();
  });
});
