/**
 * Matches the tokens of English text that the embedded model was trained on.
 *
 * - text is in NFKC, in lower case, with straight apostrophes; `<url>`, `<user>` and `<num>` replace addresses, people
 *   and numbers
 * - clitics are separate tokens and negation is always `n't` ("can't" and "cant" are both `ca`, `n't`), so one weight
 *   learns it
 * - a letter that is repeated three times or more becomes two; a run of `!` and `?` becomes at most two
 * - emoticons stay whole; an emoji becomes its description in words
 *
 * Every pattern takes time linear in the length of the text, so that no text can block the server.
 */
const TOKEN = new RegExp(
  [
    'https?:\\/\\/\\S+|www\\.\\S+',
    '@[\\p{L}\\p{N}_]+|\\[(?:name|religion)\\]',
    "[:;=][-o^']?[)\\](\\[dp/\\\\|*](?![\\p{L}\\p{N}])|<\\/?3|\\^_\\^|-_-|:'\\(",
    '\\p{Extended_Pictographic}(?:\\p{Extended_Pictographic}|\\p{Emoji_Modifier}|\\u200d|\\ufe0f)*',
    "[\\p{L}\\p{M}\\p{N}]+(?:'[\\p{L}\\p{M}]+)*",
    '[!?]+',
    '\\.{2,}',
    '[.,;:()%$*+&#/-]',
  ].join('|'),
  'gu',
);

const NEGATED = new Map(
  'do ca wo is was are were did does have has had would could should ai'.split(' ').map((verb) => [`${verb}nt`, verb]),
);
const CLITIC = /^(.+)'(s|re|ve|ll|d|m)$/u;
const NUMBER = /^\p{N}+$/u;
const ELONGATED = /(\p{L})\1{2,}/gu;
const DOUBLED = /(\p{L})\1+/gu;
const WORD_START = /^[\p{L}\p{M}\p{N}]/u;
const EMOJI_START = /^\p{Extended_Pictographic}/u;

/** Description words by emoji; the keys have no variation selectors. */
export type EmojiWords = ReadonlyMap<string, readonly string[]>;

/** Splits a text of any length into its tokens, in order. */
export function tokenize(text: string, emoji: EmojiWords): string[] {
  const normal = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u2018\u2019\u02bc`]/g, "'");
  const tokens: string[] = [];
  for (const raw of normal.match(TOKEN) ?? []) {
    const first = raw.charCodeAt(0);
    if (first >= 0x61 && first <= 0x7a) pushLatin(raw, tokens);
    else if (first === 0x21 || first === 0x3f) tokens.push(mark(raw));
    else if (first === 0x2e) tokens.push(raw.length > 1 ? '...' : '.');
    else if ((first === 0x40 || first === 0x5b) && raw.length > 1) tokens.push('<user>');
    else if (WORD_START.test(raw)) pushWord(raw, tokens);
    else if (first > 0x7f && EMOJI_START.test(raw)) pushEmoji(raw, emoji, tokens);
    else tokens.push(raw);
  }
  return tokens;
}

/** Returns the form to look up when a word is unknown, with doubled letters made single ("soo" → "so"). */
export function collapseDoubled(word: string): string {
  return word.replace(DOUBLED, '$1');
}

function pushLatin(raw: string, tokens: string[]): void {
  if (raw.startsWith('http://') || raw.startsWith('https://') || raw.startsWith('www.')) tokens.push('<url>');
  else pushWord(raw, tokens);
}

function pushWord(raw: string, tokens: string[]): void {
  if (NUMBER.test(raw)) {
    tokens.push('<num>');
    return;
  }
  const word = raw.length > 2 ? raw.replace(ELONGATED, '$1$1') : raw;
  if (word.includes("'")) {
    pushClitics(word, tokens);
    return;
  }
  const verb = NEGATED.get(word);
  if (verb !== undefined) tokens.push(verb, "n't");
  else if (word === 'cannot') tokens.push('can', 'not');
  else tokens.push(word);
}

function pushClitics(word: string, tokens: string[]): void {
  if (word.endsWith("n't") && word.length > 3) {
    tokens.push(word.slice(0, -3), "n't");
    return;
  }
  const clitic = CLITIC.exec(word);
  if (clitic) tokens.push(clitic[1] as string, `'${clitic[2] as string}`);
  else tokens.push(word);
}

function mark(run: string): string {
  if (run.length === 1) return run;
  if (!run.includes('?')) return '!!';
  return run.includes('!') ? '!?' : '??';
}

function pushEmoji(run: string, emoji: EmojiWords, tokens: string[]): void {
  const plain = run.replaceAll('\ufe0f', '');
  const whole = emoji.get(plain);
  if (whole) {
    tokens.push(...whole);
    return;
  }
  for (const symbol of plain) {
    const words = emoji.get(symbol);
    if (words) tokens.push(...words);
  }
}
