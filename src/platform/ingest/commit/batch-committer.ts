import {
  type BulkGroup,
  BulkInsert,
  type Database,
  placeholders,
  RowsExistError,
  TransactionConflictError,
  type WriteSession,
} from '#persistence';
import { randomBytes } from 'node:crypto';
import { DEFAULT_TENANT_ID, uuidv7 } from '#kernel';
import type { Claim } from '../idempotency/claim.js';
import type { Durability } from './durability.js';
import { type BatchOutcome, type BatchOutcomes, byTable, type RecordBatch } from './record-batch.js';
import { hasExternalIds, resolveExternalIds } from './external-ids.js';
import { CommitHooks } from './commit-hooks.registry.js';

const CLAIM_INSERT = new BulkInsert(
  'idempotency_keys',
  {
    tenant_id: 'uuid',
    key_hash: 'text',
    request_hash: 'text',
    record_ids: 'json',
    answer: 'text',
    created_at: 'timestamp',
  },
  { key: ['tenant_id', 'key_hash'] },
);
const ALIAS_INSERT = new BulkInsert('record_aliases', {
  id: 'uuid',
  tenant_id: 'uuid',
  record_id: 'uuid',
  created_at: 'timestamp',
});

const NONE: BatchOutcomes = new Map();

interface Owner {
  key_hash: string;
  request_hash: string;
  record_ids: unknown;
  answer: string;
}

/**
 * Commits batches to the database in one transaction.
 *
 * - the usual case, without keys and chosen ids, is one statement for each table
 * - rows of commit hooks are derived only from rows that are new. The first attempt assumes that all rows are new; if
 *   one is not, nothing is stored, and a second transaction finds out which rows are new
 * - keys are claimed first and in the same order everywhere, so that servers with the same keys wait instead of
 *   deadlocking; a batch whose key belongs to other records is left out, and its outcome gives the reason
 * - on a replay (`origin` "spool"), the ids of a batch whose key belongs to other records become aliases of those
 *   records, because they were acknowledged
 */
export class BatchCommitter {
  /** Random at every start, so that no two processes are the same writer. */
  private readonly writer = randomBytes(6).toString('base64url');

  constructor(
    private readonly database: Database,
    private readonly hooks: CommitHooks = new CommitHooks(),
  ) {}

  /**
   * Commits batches and returns the outcomes of those that were not simply stored. Commits that may run at the same
   * time need different lanes.
   * @throws the errors of the database; TransactionConflictError also if a claim was removed meanwhile
   */
  async commit(
    batches: readonly RecordBatch[],
    origin: Durability = 'database',
    lane: number | string = origin,
  ): Promise<BatchOutcomes> {
    const writer = `${this.writer}-${lane}`;
    const plain =
      origin === 'database' &&
      batches.every(({ chosenIds, claim, parts }) => !claim && !chosenIds && !parts.some(hasExternalIds));
    if (plain && (await this.commitNew(byTable(batches), writer))) return NONE;
    return this.database.write(async (session) => {
      const outcomes = await this.claim(session, batches, origin);
      const accepted = batches.filter((batch) => !outcomes.has(batch));
      await this.insert(session, byTable(accepted), writer);
      const checked = accepted.filter(({ chosenIds }) => chosenIds === true || origin === 'spool');
      await recordTakenIds(session, checked, outcomes);
      if (origin === 'database') await releaseClaims(session, accepted, outcomes);
      return outcomes;
    });
  }

  /** Returns false, with nothing stored, if a group has rows from commit hooks and not all of its rows are new. */
  private async commitNew(groups: BulkGroup[], writer: string): Promise<boolean> {
    const derived = groups.map((group) => this.hooks.rowsFor(group, writer).filter(({ rows }) => rows.length > 0));
    const sources = groups.map((group, i) => (derived[i]?.length ? { ...group, allNew: true } : group));
    try {
      await this.database.commit([...sources, ...derived.flat()]);
      return true;
    } catch (error) {
      if (error instanceof RowsExistError) return false;
      throw error;
    }
  }

  private async insert(session: WriteSession, groups: readonly BulkGroup[], writer: string): Promise<void> {
    const derived: BulkGroup[] = [];
    for (const each of groups) {
      const group = await resolveExternalIds(session, each);
      if (this.hooks.has(group.insert.table))
        derived.push(...this.hooks.rowsFor({ ...group, rows: await session.insertNew(group) }, writer));
      else await session.insert([group]);
    }
    await session.insert(derived.filter(({ rows }) => rows.length > 0));
  }

  /** Writes and removes a row in one transaction, to find out whether the database accepts records. */
  async probe(): Promise<void> {
    const id = uuidv7();
    const row = { id, tenant_id: DEFAULT_TENANT_ID, record_id: id, created_at: Date.now() };
    await this.database.write(async (session) => {
      await session.insert([{ insert: ALIAS_INSERT, rows: [row] }]);
      await session.query('DELETE FROM record_aliases WHERE id = $1', [id]);
    });
  }

  /**
   * Claims keys. Returns the outcomes of batches that must not be inserted, because their key belongs to other records.
   */
  private async claim(
    session: WriteSession,
    batches: readonly RecordBatch[],
    origin: Durability,
  ): Promise<Map<RecordBatch, BatchOutcome>> {
    const outcomes = new Map<RecordBatch, BatchOutcome>();
    const claims = batches.flatMap(({ claim }) => claim ?? []).sort((a, b) => (a.keyHash < b.keyHash ? -1 : 1));
    if (claims.length === 0) return outcomes;
    await session.insert([{ insert: CLAIM_INSERT, rows: claims.map((claim) => claimRow(claim, origin)) }]);
    const owners = await this.ownersOf(session, claims);
    const aliases = [];
    for (const batch of batches) {
      const { claim } = batch;
      const owner = claim && owners.get(claim.keyHash);
      if (!claim) continue;
      // An expired claim was removed between the two statements. A retry claims the key.
      if (!owner) throw new TransactionConflictError();
      const recordIds = this.database.dialect.readJson<string[]>(owner.record_ids) ?? [];
      if (owner.request_hash !== claim.requestHash) {
        outcomes.set(batch, { kind: 'key_reused' });
        continue;
      }
      if (recordIds[0] === claim.recordIds[0]) continue;
      outcomes.set(batch, { kind: 'replayed', answer: owner.answer, recordIds });
      if (origin === 'spool') aliases.push(...aliasRows(claim, recordIds));
    }
    if (aliases.length > 0) await session.insert([{ insert: ALIAS_INSERT, rows: aliases }]);
    return outcomes;
  }

  private async ownersOf(session: WriteSession, claims: readonly Claim[]): Promise<Map<string, Owner>> {
    const hashes = [...new Set(claims.map(({ keyHash }) => keyHash))];
    const marks = placeholders(hashes, 1);
    const rows = await session.query<Owner>(
      // The hash includes the tenant.
      `SELECT key_hash, request_hash, record_ids, answer FROM idempotency_keys WHERE key_hash IN (${marks})`,
      hashes,
    );
    return new Map(rows.map((row) => [row.key_hash, row]));
  }
}

function claimRow(claim: Claim, origin: Durability): Record<string, unknown> {
  return {
    tenant_id: claim.tenantId,
    key_hash: claim.keyHash,
    request_hash: claim.requestHash,
    record_ids: claim.recordIds,
    answer: claim.answers[origin],
    created_at: claim.createdAt,
  };
}

function aliasRows({ tenantId, recordIds, createdAt }: Claim, winners: readonly string[]): Record<string, unknown>[] {
  return recordIds.map((id, i) => ({ id, tenant_id: tenantId, record_id: winners[i], created_at: createdAt }));
}

/**
 * Removes the claims of refused batches, so that the corrected request may use the key. Not called in a replay, whose
 * response was already sent.
 */
async function releaseClaims(
  session: WriteSession,
  batches: readonly RecordBatch[],
  outcomes: ReadonlyMap<RecordBatch, BatchOutcome>,
): Promise<void> {
  for (const batch of batches) {
    const { claim } = batch;
    if (!claim || outcomes.get(batch)?.kind !== 'ids_taken') continue;
    await session.query('DELETE FROM idempotency_keys WHERE tenant_id = $1 AND key_hash = $2', [
      claim.tenantId,
      claim.keyHash,
    ]);
  }
}

/**
 * Adds the outcomes of batches whose ids belong to other records. One query finds whether there are any; only then is
 * each batch checked, because two batches may have the same id.
 */
async function recordTakenIds(
  session: WriteSession,
  batches: readonly RecordBatch[],
  outcomes: Map<RecordBatch, BatchOutcome>,
): Promise<void> {
  if (batches.length === 0) return;
  const suspects = new Set(await session.conflictingIds(byTable(batches)));
  if (suspects.size === 0) return;
  for (const batch of batches) {
    if (!batch.parts.some(({ rows }) => rows.some(({ id }) => suspects.has(String(id))))) continue;
    const ids = await session.conflictingIds(batch.parts);
    if (ids.length > 0) outcomes.set(batch, { kind: 'ids_taken', ids });
  }
}
