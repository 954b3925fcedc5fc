import { Inject, Injectable } from '@nestjs/common';
import { ServerClock } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger } from '#observability';
import { type OwnKeys, ownKeys } from '#secrets';
import type { Database } from '../contract/database.js';
import { type KeyMismatch, KeysMismatchError } from '../contract/errors.js';
import { DATABASE } from '../contract/tokens.js';
import { KeyChecksRepository, type RecordedKey } from './key-checks.repository.js';

/**
 * Checks that the keys of this server are those of the database, so that it writes nothing that other servers cannot
 * read.
 *
 * - the first server records its keys; every other server must have them, as the current or a previous key
 * - a server with a newer key in front of the recorded one records the newer key: that is how keys are rotated
 */
@Injectable()
export class KeyCheck {
  private readonly repository: KeyChecksRepository;

  constructor(
    @Inject(DATABASE) database: Database,
    private readonly config: FeedbackLoopConfig,
    private readonly clock: ServerClock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    this.repository = new KeyChecksRepository(database);
  }

  /** @throws KeysMismatchError (503); the errors of the database */
  async verify(): Promise<void> {
    const own = ownKeys(this.config);
    let recorded = await this.repository.recorded();
    const missing = own.filter(({ purpose }) => !recorded.some((each) => each.purpose === purpose));
    for (const each of missing) await this.repository.claim(each, this.clock.now());
    // Another server may have recorded its keys first.
    if (missing.length > 0) recorded = await this.repository.recorded();
    const wrong = findMismatches(own, recorded);
    if (wrong.length > 0) throw new KeysMismatchError(wrong);
    await this.recordRotation(own, recorded);
  }

  /** Records the keys of this server whatever was recorded before. */
  async adopt(): Promise<void> {
    const recorded = await this.repository.recorded();
    for (const each of ownKeys(this.config)) {
      const before = recorded.find(({ purpose }) => purpose === each.purpose);
      const [current] = each.keys;
      if (!before) await this.repository.claim(each, this.clock.now());
      else if (current && before.check !== current.check)
        await this.repository.replace(before, current, this.clock.now());
    }
  }

  private async recordRotation(own: readonly OwnKeys[], recorded: readonly RecordedKey[]): Promise<void> {
    for (const { keys, purpose, variable } of own) {
      const before = recorded.find((each) => each.purpose === purpose);
      const [current] = keys;
      if (!before || !current || before.check === current.check) continue;
      await this.repository.replace(before, current, this.clock.now());
      this.logger.info({ variable, before: before.id, key: current.id }, 'the key was rotated');
    }
  }
}

export function findMismatches(own: readonly OwnKeys[], recorded: readonly RecordedKey[]): KeyMismatch[] {
  return own.flatMap(({ keys, purpose, variable }) => {
    const found = recorded.find((each) => each.purpose === purpose);
    if (!found || keys.some(({ check }) => check === found.check)) return [];
    return [{ variable, recorded: found.id, own: keys.map(({ id }) => id) }];
  });
}
