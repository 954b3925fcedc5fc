import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { UnitOfWork } from '#persistence';
import { AlreadyAnsweredError, IdempotencyKeyReusedError } from '../errors.js';
import type { Claim } from '../idempotency/claim.js';
import { claimIn } from '../idempotency/claims.repository.js';
import { IdempotencyService } from '../idempotency/idempotency.service.js';
import type { Durability } from './durability.js';
import type { Answer, ChangePlan, RecordedAnswer, RecordPlan, RepeatableRequest } from './record-plan.js';
import { Recorder } from './recorder.service.js';

/**
 * Carries out what services plan: the only way to make a record durable, and to repeat a request safely.
 *
 * - with an `Idempotency-Key`, the key is claimed in the transaction of the records: both are stored, or neither
 * - a plan is made only when its key has no answer yet, so that a repeated request has no second effect
 * - returns after the commit to the database or to the spool
 */
@Injectable()
export class RecordingService {
  constructor(
    private readonly recorder: Recorder,
    private readonly idempotency: IdempotencyService,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Records what `makePlan` plans; `show` turns its result into the body of the answer.
   * @throws NotRecordedError, QueueFullError (503), RecordRefusedError, IdempotencyKeyReusedError (422), IdempotencyKeyInUseError
   * (409), IdsTakenError (409: the other records were stored), and what `makePlan` throws
   */
  async run<T, Body>(
    tenant: TenantContext,
    request: RepeatableRequest,
    makePlan: () => Promise<RecordPlan<T>> | RecordPlan<T>,
    show: (result: T) => Body,
  ): Promise<RecordedAnswer<Body>> {
    const shown = ({ body, status }: Answer<T>): Answer<Body> => ({ status, body: show(body) });
    const { key } = request;
    if (key === undefined) return { ...shown(await this.commit(tenant, await makePlan())), replayed: false };
    return this.idempotency.once({ ...request, tenant, key }, async (claimOf) => {
      const plan = await makePlan();
      const claim = claimOf(plan.recordIds, (persisted) => shown(plan.answer(persisted)));
      return shown(await this.commit(tenant, plan, claim));
    });
  }

  /** Records what a plan holds, for a sender that keeps no `Idempotency-Key`. @throws as `run` */
  async record(tenant: TenantContext, plan: Pick<RecordPlan<unknown>, 'batch' | 'recorded'>): Promise<Durability> {
    const persisted = await this.recorder.put(tenant, plan.batch);
    plan.recorded?.(persisted);
    return persisted;
  }

  /** Resolves when a stream may send its next batch without crowding out single requests. */
  room(): Promise<void> {
    return this.recorder.room();
  }

  /**
   * Makes what an administrative request asks for: 201, once for each `Idempotency-Key`.
   * @throws IdempotencyKeyReusedError (422), IdempotencyKeyInUseError (409), and what the plan throws
   */
  async change<T, Body>(
    tenant: TenantContext,
    request: RepeatableRequest,
    makePlan: () => Promise<ChangePlan<T>> | ChangePlan<T>,
    show: (made: T) => Body,
  ): Promise<RecordedAnswer<Body>> {
    const shown = (made: T): Answer<Body> => ({ status: 201, body: show(made) });
    const { key } = request;
    if (key === undefined) return { ...shown(await this.apply(await makePlan())), replayed: false };
    return this.idempotency.once({ ...request, tenant, key }, async (claimOf) => {
      const plan = await makePlan();
      return shown(
        await this.apply(
          plan,
          claimOf([plan.recordId], () => shown(plan.made)),
        ),
      );
    });
  }

  /** Makes what a plan holds, for commands. @throws what the plan throws */
  async apply<T>(plan: ChangePlan<T>, claim?: Claim): Promise<T> {
    try {
      await this.unitOfWork.change(async (manager) => {
        const answered = claim && (await claimIn(manager, claim));
        if (answered !== undefined) throw new AlreadyAnsweredError(answered);
        await plan.change(manager);
      });
    } catch (error) {
      throw plan.explain?.(error) ?? error;
    }
    return (await plan.changed?.()) ?? plan.made;
  }

  private async commit<T>(tenant: TenantContext, plan: RecordPlan<T>, claim?: Claim): Promise<Answer<T>> {
    let persisted;
    try {
      persisted = await this.recorder.put(tenant, claim ? { ...plan.batch, claim } : plan.batch);
    } catch (error) {
      // The key has an answer already: that answer is given, not a second one.
      const settled = error instanceof AlreadyAnsweredError || error instanceof IdempotencyKeyReusedError;
      if (settled || !plan.unrecorded) throw error;
      return plan.unrecorded(error);
    }
    plan.recorded?.(persisted);
    return plan.answer(persisted);
  }
}
