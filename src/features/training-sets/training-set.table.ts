import { defineTable, integer, primary, string, text, time, uuid } from '#persistence';

/** One line of a training set. */
export const EXAMPLES = defineTable({
  table: 'training_examples',
  columns: {
    id: primary(uuid()),
    tenant_id: uuid(),
    training_set_id: uuid(),
    n: integer(),
    /** A TrainingExample as JSON. */
    body: text(),
  },
  indexes: [{ name: 'uq_training_examples_n', columns: ['training_set_id', 'n'], unique: true }],
  sealed: { columns: { body: 'text' } },
});

/** Whose predictions a line was made of. */
export const SOURCES = defineTable({
  table: 'training_sources',
  columns: {
    id: primary(uuid()),
    tenant_id: uuid(),
    training_set_id: uuid(),
    n: integer(),
    prediction_id: uuid(),
    user_id: string(128),
    /** When the prediction was accepted. */
    accepted_at: time(),
  },
  indexes: [
    { name: 'idx_training_sources_user', columns: ['tenant_id', 'user_id', 'training_set_id'] },
    { name: 'idx_training_sources_set', columns: ['training_set_id', 'n'] },
  ],
  acceptedAt: 'accepted_at',
  subject: { store: 'training_sources' },
  // One erasure at a time splits the sets of a tenant: the tenant's row is the lock, on both databases.
  beforeDelete: (marks) => `UPDATE tenants SET slug = slug WHERE id = $1 AND id NOT IN (${marks})`,
});
