/** Written without spaces between words: each character is a word of its own. */
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}`;
const LETTERS = String.raw`\p{L}\p{N}`;
/** One letter of such a script, or a run of others. By name, since the compiler does not know the flag `v` yet. */
const WORDS = new RegExp(`[[${LETTERS}]&&[${UNSPACED}]]|[[${LETTERS}]--[${UNSPACED}]]+`, 'gv');
const MARKS = /\p{M}/gu;
const MAX_WORDS = 20;

/**
 * The words of a text as they are indexed, the same on both databases: lower case, without accents and punctuation. Splitting is ours,
 * since the two take addresses and hyphens apart in different ways.
 */
export function searchWords(text: string): string[] {
  const folded = text.normalize('NFKD').replace(MARKS, '').toLowerCase().normalize('NFC');
  return folded.match(WORDS) ?? [];
}

/** What both databases index. */
export function toSearchText(text: string): string {
  return searchWords(text).join(' ');
}

/** A search: every word must begin a word of the text. Undefined when there is no word in it. */
export function toSearchQuery(text: string, dialect: 'sqlite' | 'postgresql'): string | undefined {
  const words = [...new Set(searchWords(text))].slice(0, MAX_WORDS);
  if (words.length === 0) return undefined;
  return dialect === 'sqlite'
    ? words.map((word) => `"${word}"*`).join(' AND ')
    : words.map((word) => `'${word}':*`).join(' & ');
}
