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
 * - the usual case, no key and no chosen id, is one statement for each table
 * - what rides along is made from the rows that are really new. That all of them are is taken for granted first; when one is not,
 *   nothing was stored, and a second transaction asks
 * - keys are claimed first, in one order everywhere, so that two servers with the same keys wait and do not deadlock; a batch
 *   whose key is another's is left out, and the outcome says why
 * - on a replay (`origin` "spool") the ids of a batch that lost its key become aliases: they were acknowledged
 */
export class BatchCommitter {
  /** New at every start: no two processes are ever the same writer. */
  private readonly writer = randomBytes(6).toString('base64url');

  constructor(
    private readonly database: Database,
    private readonly riders: CommitHooks = new CommitHooks(),
  ) {}

  /** Of commits that may run at the same time, each has a `lane` of its own. */
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
      await noteTaken(session, checked, outcomes);
      if (origin === 'database') await giveBack(session, accepted, outcomes);
      return outcomes;
    });
  }

  /** Answers false, and has stored nothing, when something rides along with rows of which some are there already. */
  private async commitNew(groups: BulkGroup[], writer: string): Promise<boolean> {
    const riders = groups.map((group) => this.riders.of(group, writer).filter(({ rows }) => rows.length > 0));
    const carried = groups.map((group, i) => (riders[i]?.length ? { ...group, allNew: true } : group));
    try {
      await this.database.commit([...carried, ...riders.flat()]);
      return true;
    } catch (error) {
      if (error instanceof RowsExistError) return false;
      throw error;
    }
  }

  private async insert(session: WriteSession, groups: readonly BulkGroup[], writer: string): Promise<void> {
    const riders: BulkGroup[] = [];
    for (const each of groups) {
      const group = await resolveExternalIds(session, each);
      if (this.riders.has(group.insert.table))
        riders.push(...this.riders.of({ ...group, rows: await session.insertNew(group) }, writer));
      else await session.insert([group]);
    }
    await session.insert(riders.filter(({ rows }) => rows.length > 0));
  }

  /** Writes a row and removes it again in one transaction: whether the database takes records at all. */
  async probe(): Promise<void> {
    const id = uuidv7();
    const row = { id, tenant_id: DEFAULT_TENANT_ID, record_id: id, created_at: Date.now() };
    await this.database.write(async (session) => {
      await session.insert([{ insert: ALIAS_INSERT, rows: [row] }]);
      await session.query('DELETE FROM record_aliases WHERE id = $1', [id]);
    });
  }

  /** Batches that must not be inserted, because their key stands for other records. */
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
      // Somebody removed an expired claim between the two statements: once more, and it is ours.
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
      // The hash holds the tenant.
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

/** A refusal is not kept: the mended request may use the key. In a replay the answer was given, and stands. */
async function giveBack(
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

/** One query tells whether there is anything to note; only then is each batch looked at, since two of them may hold one id. */
async function noteTaken(
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
