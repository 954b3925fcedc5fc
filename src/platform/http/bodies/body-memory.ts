import { UnavailableError } from '#kernel';

const MAX_BYTES = 134_217_728;

/** One more large body could use up the memory. */
class TooManyBodiesError extends UnavailableError {
  constructor() {
    super({ code: 'bodies_too_many', detail: 'Too many large bodies are being read at the moment.' });
  }
}

let held = 0;

/** Memory that one body uses while it is read. The sum over all bodies is bounded. */
export class BodyMemory {
  private own = 0;

  /** @throws UnavailableError (503) when the sum exceeds its bound */
  reserve(bytes: number): void {
    held += bytes;
    this.own += bytes;
    if (held > MAX_BYTES) throw new TooManyBodiesError();
  }

  release(): void {
    held -= this.own;
    this.own = 0;
  }
}
