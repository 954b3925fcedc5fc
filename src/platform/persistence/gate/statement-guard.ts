import { LRUCache } from 'lru-cache';
import { StatementRefusedError } from '../contract/errors.js';

const READS = /^\s*(?:SELECT|WITH)\b/i;
const QUOTED = /'[^']*'/g;
/** The empty string and fixed words are ours; a literal that looks like data is what an injection leaves behind. */
const LITERAL = /^'[a-z0-9_ :%.,$+-]{0,40}'$/i;

/**
 * Refuses read statements that are not one single, parameterised query of one tenant. Our own statements all pass: what this
 * catches is a value glued into a text, which is how an injection, or a forgotten tenant, begins.
 */
export class StatementGuard {
  private readonly checked = new LRUCache<string, true>({ max: 500 });

  /** @throws StatementRefusedError */
  check(text: string): void {
    if (this.checked.has(text)) return;
    const problem = problemOf(text);
    if (problem !== undefined) throw new StatementRefusedError(problem);
    this.checked.set(text, true);
  }
}

function problemOf(text: string): string | undefined {
  if (!READS.test(text)) return 'only SELECT may be read with';
  if (text.includes('--') || text.includes('/*')) return 'it has a comment';
  for (const literal of text.match(QUOTED) ?? [])
    if (!LITERAL.test(literal)) return 'it has a literal that looks like data';
  const plain = text.replace(QUOTED, "''");
  if (plain.includes("'") && plain.replaceAll("''", '').includes("'")) return 'it has an unbalanced quote';
  if (plain.includes(';')) return 'it has more than one statement';
  if (!/\btenant_id = \$1(?!\d)/.test(plain)) return 'it is not scoped by "tenant_id = $1"';
  return undefined;
}
