import { readAlso } from '#config';

/** Variables of the legacy systems, by the variable that has replaced them. */
const LEGACY_NAMES = { FL_DB_URI: ['FEEDBACK_DATABASE_URL', 'DATABASE_URL'] };

/** Makes the configuration readable from the variables of the legacy systems too. Entry points call it first. */
export function acceptLegacySettings(): void {
  readAlso(LEGACY_NAMES);
}
