export const DATABASE_STATE = Symbol('database state');

/** What background jobs ask about the database. `persistence/` provides it: this module comes before it. */
export interface DatabaseState {
  readonly isUp: boolean;
}
