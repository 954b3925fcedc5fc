/** Author and time of a change, for audit logs and histories. `at` is in milliseconds since 1970. */
export interface Actor {
  name: string;
  at: number;
}
