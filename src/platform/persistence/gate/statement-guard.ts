import { LRUCache } from 'lru-cache';
import { StatementRefusedError } from '../contract/errors.js';

const READS = /^\s*(?:SELECT|WITH)\b/i;
const QUOTED = /'[^']*'/g;
/** Literals that the product's statements use. A longer one looks like data, which an injection leaves behind. */
const LITERAL = /^'[a-z0-9_ :%.,$+-]{0,40}'$/i;

/**
 * Refuses read statements that are not a single parameterised query of one tenant. Statements of the product pass. The
 * guard catches a value concatenated into a statement, which makes injection possible, and a forgotten tenant.
 */
export class StatementGuard {
  private readonly checked = new LRUCache<string, true>({ max: 500 });

  /** @throws StatementRefusedError when the statement is not acceptable */
  check(text: string): void {
    if (this.checked.has(text)) return;
    const problem = problemOf(text);
    if (problem !== undefined) throw new StatementRefusedError(problem);
    this.checked.set(text, true);
  }
}

function problemOf(text: string): string | undefined {
  if (!READS.test(text)) return 'a read must be a SELECT';
  if (text.includes('--') || text.includes('/*')) return 'it has a comment';
  for (const literal of text.match(QUOTED) ?? [])
    if (!LITERAL.test(literal)) return 'it has a literal that looks like data';
  const plain = text.replace(QUOTED, "''");
  if (plain.includes("'") && plain.replaceAll("''", '').includes("'")) return 'it has an unbalanced quote';
  if (plain.includes(';')) return 'it has more than one statement';
  if (!/\btenant_id = \$1(?!\d)/.test(plain)) return 'it is not scoped by "tenant_id = $1"';
  return undefined;
}
