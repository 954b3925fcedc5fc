import { UnavailableError } from '#kernel';

const MAX_BYTES = 134_217_728;

/** So many large bodies are being read that one more could use up the memory. */
class BodiesTooManyError extends UnavailableError {
  constructor() {
    super({ code: 'bodies_too_many', detail: 'Too many large bodies are being read at this moment.' });
  }
}

let held = 0;

/** What one body holds in memory while it is read; all of them together are bounded. */
export class BodyMemory {
  private own = 0;

  /** @throws UnavailableError (503) */
  take(bytes: number): void {
    held += bytes;
    this.own += bytes;
    if (held > MAX_BYTES) throw new BodiesTooManyError();
  }

  release(): void {
    held -= this.own;
    this.own = 0;
  }
}
