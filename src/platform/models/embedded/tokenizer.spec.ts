import { collapseDoubled, tokenize } from './tokenizer.js';

const EMOJI = new Map([
  ['😡', ['enraged', 'face']],
  ['👍', ['thumbs', 'up']],
  ['❤', ['red', 'heart']],
]);
const tokens = (text: string): string => tokenize(text, EMOJI).join(' ');

describe('tokenize', () => {
  it.each([
    ["It's NOT bad, isn't it?!", "it 's not bad , is n't it !?"],
    ['I can’t, cant, cannot and won’t', "i ca n't , ca n't , can not and wo n't"],
    ['Soooooo goooood!!!!', 'soo good !!'],
    ['see https://example.com/x?y=1 or www.example.com @anna', 'see <url> or <url> <user>'],
    ['3 of 1000 and mp3', '<num> of <num> and mp3'],
    ['great :) but :-( and <3', 'great :) but :-( and <3'],
    ['Wait... what??', 'wait ... what ??'],
    ['I am 😡 👍🏽 ❤️', 'i am enraged face thumbs up red heart'],
    ['ＦＵＬＬ width', 'full width'],
    ['naïve café', 'naïve café'],
    ['', ''],
    ['\u{1F9FF}', ''],
  ])('%j', (text, expected) => {
    expect(tokens(text)).toBe(expected);
  });

  it('needs time linear in the length of any text', () => {
    for (const unit of ['a', "'", '!', ':', '@', '😡', "n't", 'http://', '\u200d', '[name']) {
      const text = unit.repeat(Math.ceil(100_000 / unit.length));
      expect(Array.isArray(tokenize(text, EMOJI))).toBe(true);
    }
  });

  it('makes doubled letters single', () => {
    expect(collapseDoubled('soo')).toBe('so');
  });
});
