export const DATABASE_STATE = Symbol('database state');

/**
 * State of the database that background jobs need. `persistence/` provides it, because this module must not import it.
 */
export interface DatabaseState {
  readonly isUp: boolean;
}
