import type { KeyFingerprint, OwnKeys } from '#secrets';
import type { Database } from '../contract/database.js';

/** The key that the values of the database belong to. */
export interface RecordedKey extends KeyFingerprint {
  purpose: string;
}

/** Reads and records the keys of the database. Not injected: it also serves `config check`, which has no application. */
export class KeyChecksRepository {
  constructor(private readonly database: Pick<Database, 'lookup' | 'write' | 'dialect'>) {}

  /** @acrossTenants keys belong to the whole database */
  async recorded(): Promise<RecordedKey[]> {
    const rows = await this.database.lookup<{ purpose: string; key_id: string; check_value: string }>(
      'SELECT purpose, key_id, check_value FROM key_checks',
      [],
    );
    return rows.map(({ check_value: check, key_id: id, purpose }) => ({ purpose, id, check }));
  }

  /**
   * Records the current key unless another server has recorded one.
   * @acrossTenants keys belong to the whole database
   */
  async claim({ keys: [current], purpose }: OwnKeys, now: number): Promise<void> {
    if (!current) return;
    await this.database.write((session) =>
      session.query(
        'INSERT INTO key_checks (purpose, key_id, check_value, recorded_at) VALUES ($1, $2, $3, $4) ON CONFLICT (purpose) DO NOTHING',
        [purpose, current.id, current.check, this.database.dialect.time(now)],
      ),
    );
  }

  /**
   * Records another key, unless the recorded one was changed meanwhile.
   * @acrossTenants keys belong to the whole database
   */
  async replace(recorded: RecordedKey, current: KeyFingerprint, now: number): Promise<void> {
    await this.database.write((session) =>
      session.query(
        'UPDATE key_checks SET key_id = $1, check_value = $2, recorded_at = $3 WHERE purpose = $4 AND check_value = $5',
        [current.id, current.check, this.database.dialect.time(now), recorded.purpose, recorded.check],
      ),
    );
  }
}
