import { readAlso } from '#config';

/** Variables of the legacy systems, by the variable that replaces them. */
const LEGACY_NAMES = { FL_DB_URI: ['FEEDBACK_DATABASE_URL', 'DATABASE_URL'] };

/**
 * Makes the configuration accept the variables of the legacy systems. Entry points call it before they load settings.
 */
export function acceptLegacySettings(): void {
  readAlso(LEGACY_NAMES);
}
