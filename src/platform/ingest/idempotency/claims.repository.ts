import type { EntityManager } from 'typeorm';
import { IdempotencyKeyEntity, TransactionConflictError, type UnitOfWork } from '#persistence';
import { AlreadyAnsweredError, IdempotencyKeyReusedError } from '../errors.js';
import type { Claim } from './claim.js';

/**
 * An administrative change whose request may carry an `Idempotency-Key`: the key is claimed in the transaction of the change.
 * @throws AnsweredBefore when the key has an answer, IdempotencyKeyReusedError (422), and what `work` throws
 */
export async function changeOnce(
  unitOfWork: UnitOfWork,
  claim: Claim | undefined,
  work: (manager: EntityManager) => Promise<void>,
): Promise<void> {
  const answered = await unitOfWork.change(async (manager) => {
    const before = claim && (await claimIn(manager, claim));
    if (before === undefined) await work(manager);
    return before;
  });
  if (answered !== undefined) throw new AlreadyAnsweredError(answered);
}

/** The sealed answer of whoever claimed the key before; undefined when it is ours now. */
async function claimIn(manager: EntityManager, claim: Claim): Promise<string | undefined> {
  const { answers, createdAt, keyHash, requestHash, tenantId } = claim;
  const recordIds = [...claim.recordIds];
  await manager
    .createQueryBuilder()
    .insert()
    .into(IdempotencyKeyEntity)
    .values({ tenantId, keyHash, requestHash, recordIds, answer: answers.database, createdAt })
    .orIgnore()
    .execute();
  const owner = await manager.findOneBy(IdempotencyKeyEntity, { tenantId, keyHash });
  if (!owner) throw new TransactionConflictError();
  if (owner.requestHash !== requestHash) throw new IdempotencyKeyReusedError();
  return owner.recordIds[0] === recordIds[0] ? undefined : owner.answer;
}
