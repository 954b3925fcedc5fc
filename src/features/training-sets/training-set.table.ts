import { defineTable, integer, primary, string, text, time, uuid } from '#persistence';

/** One line of a training set. */
export const EXAMPLES = defineTable({
  table: 'training_examples',
  columns: {
    id: primary(uuid()),
    tenant_id: uuid(),
    training_set_id: uuid(),
    n: integer(),
    /** A `TrainingExample` as JSON. */
    body: text(),
  },
  indexes: [{ name: 'uq_training_examples_n', columns: ['training_set_id', 'n'], unique: true }],
  sealed: { columns: { body: 'text' } },
});

/** Users whose predictions or labels a line is based on. An erasure finds the lines of a subject here. */
export const SOURCES = defineTable({
  table: 'training_sources',
  columns: {
    id: primary(uuid()),
    tenant_id: uuid(),
    training_set_id: uuid(),
    n: integer(),
    prediction_id: uuid(),
    user_id: string(128),
    /** When the prediction or label was accepted. */
    accepted_at: time(),
  },
  indexes: [
    { name: 'idx_training_sources_user', columns: ['tenant_id', 'user_id', 'training_set_id'] },
    { name: 'idx_training_sources_set', columns: ['training_set_id', 'n'] },
  ],
  acceptedAt: 'accepted_at',
  subject: { store: 'training_sources' },
  // Locks the row of the tenant on both databases, because only one erasure at a time may replace the sets of a tenant.
  beforeDelete: (marks) => `UPDATE tenants SET slug = slug WHERE id = $1 AND id NOT IN (${marks})`,
});
