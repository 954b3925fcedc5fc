import { createInterface } from 'node:readline/promises';
import { note } from './output.js';

/** Exit code of a command that was not confirmed. */
const USAGE = 2;

export interface Confirmation {
  /** The option `--yes`. */
  yes: boolean | undefined;
  /** What did not happen, for a refusal: `Nothing was erased`. */
  undone: string;
  /** What the command is about to do, in the infinitive: `erase all records`. */
  action: string;
}

/**
 * Returns whether the operator agrees to a command that deletes data: with `--yes`, or by typing `yes` on a terminal.
 * Otherwise says how to confirm, and sets the exit code.
 */
export async function confirm({ action, undone, yes = false }: Confirmation): Promise<boolean> {
  if (yes) return true;
  if (process.stdin.isTTY && process.stderr.isTTY && (await ask(`Type "yes" to ${action}: `)) === 'yes') return true;
  note(`${undone}. Confirm with --yes to ${action}.`);
  process.exitCode = USAGE;
  return false;
}

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl+D and Ctrl+C close the terminal without an answer.
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  const answer = await Promise.race([terminal.question(question), closed]);
  terminal.close();
  return answer.trim().toLowerCase();
}
