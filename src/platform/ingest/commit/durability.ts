/** Where an acknowledged record is durable: visible at once, or on this server's own disk until it is replayed. */
export type Durability = 'database' | 'spool';
