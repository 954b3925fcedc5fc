/** Scripts that are written without spaces between words. Each of their characters counts as a word. */
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}`;
const LETTERS = String.raw`\p{L}\p{N}`;
/** One letter of such a script, or a run of other letters. Not a literal, because the compiler rejects the flag `v`. */
const WORDS = new RegExp(`[[${LETTERS}]&&[${UNSPACED}]]|[[${LETTERS}]--[${UNSPACED}]]+`, 'gv');
const MARKS = /\p{M}/gu;
const MAX_WORDS = 20;

/**
 * Returns the words of a text as they are indexed: in lower case, without accents and punctuation.
 *
 * The text is not split by the database, because SQLite and PostgreSQL split addresses and hyphenated words
 * differently.
 */
export function searchWords(text: string): string[] {
  const folded = text.normalize('NFKD').replace(MARKS, '').toLowerCase().normalize('NFC');
  return folded.match(WORDS) ?? [];
}

/** Returns the text that both databases index. */
export function toSearchText(text: string): string {
  return searchWords(text).join(' ');
}

/** Returns a query that matches when each of the first 20 words begins a word of the text; undefined without words. */
export function toSearchQuery(text: string, dialect: 'sqlite' | 'postgresql'): string | undefined {
  const words = [...new Set(searchWords(text))].slice(0, MAX_WORDS);
  if (words.length === 0) return undefined;
  return dialect === 'sqlite'
    ? words.map((word) => `"${word}"*`).join(' AND ')
    : words.map((word) => `'${word}':*`).join(' & ');
}
