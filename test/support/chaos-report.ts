import { appendFileSync } from 'node:fs';

/** Whether the long set runs: `npm run test:chaos`. */
export const FULL = process.env.FL_CHAOS_FULL === 'true';

/** One row of the chaos table: what was done, and what came of it. Written when `npm run test:chaos` asks for it. */
export function reportChaos(id: string, what: string, figures: Record<string, number | string>): void {
  const file = process.env.FL_CHAOS_REPORT;
  if (file) appendFileSync(file, `${JSON.stringify({ id, what, figures })}\n`);
}
