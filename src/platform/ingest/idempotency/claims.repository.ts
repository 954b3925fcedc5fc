import type { EntityManager } from 'typeorm';
import { IdempotencyKeyEntity, TransactionConflictError } from '#persistence';
import { IdempotencyKeyReusedError } from '../errors.js';
import type { Claim } from './claim.js';

/**
 * Claims the key of an administrative request in the transaction of its change. Returns the sealed response of the
 * request that claimed the key before; undefined if the claim is new.
 * @throws IdempotencyKeyReusedError (422), TransactionConflictError
 */
export async function claimIn(manager: EntityManager, claim: Claim): Promise<string | undefined> {
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
