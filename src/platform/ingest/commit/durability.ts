/** Where an acknowledged record is durable: in the database, or on the disk of this server until it is replayed. */
export type Durability = 'database' | 'spool';
