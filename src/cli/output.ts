/** Results go to standard output, everything a person reads beside them to standard error, so that output can be piped. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A line that renews itself on a terminal, and is written now and then elsewhere. */
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
