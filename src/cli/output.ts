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
