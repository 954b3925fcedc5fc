/** Prints a result to standard output. All other messages go to standard error, so that results can be piped. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a message to standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/**
 * Prints rows in aligned columns to standard output. The headings go to standard error, so that scripts read rows only.
 */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  if (rows.length > 0) note(line(headings));
  for (const row of rows) print(line(row));
}

/** Shows progress: as a bar on a terminal, and as a line for every ten percent elsewhere. */
export class Progress {
  private lastShare = -1;

  constructor(
    private readonly label: string,
    private readonly total: number,
  ) {}

  update(done: number): void {
    const share = Math.floor((done / Math.max(1, this.total)) * 10);
    if (process.stderr.isTTY) {
      process.stderr.write(
        `\r${this.label} ${'█'.repeat(share * 2).padEnd(20, '░')} ${done}/${this.total}${done >= this.total ? '\n' : ''}`,
      );
    } else if (share !== this.lastShare) {
      note(`${this.label} ${done}/${this.total}`);
    }
    this.lastShare = share;
  }
}
