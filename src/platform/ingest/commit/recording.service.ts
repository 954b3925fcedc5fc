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
 * Carries out the plans of services. It is the only way to make a record durable and to make a request safe to repeat.
 *
 * - an `Idempotency-Key` is claimed in the transaction of the records: both are stored, or neither
 * - a plan is made only if the key has no response yet, so that a repeated request has no second effect
 * - methods return after the commit to the database or the spool
 */
@Injectable()
export class RecordingService {
  constructor(
    private readonly recorder: Recorder,
    private readonly idempotency: IdempotencyService,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Stores the records of a plan. `show` converts its result to the body of the response.
   * @throws NotRecordedError, QueueFullError (503), RecordRefusedError, IdempotencyKeyReusedError (422),
   * IdempotencyKeyInUseError (409), IdsTakenError (409: the other records were stored), and the errors of `makePlan`
   */
  async run<T, Body>(
    tenant: TenantContext,
    request: RepeatableRequest,
    makePlan: () => Promise<RecordPlan<T>> | RecordPlan<T>,
    show: (result: T) => Body,
  ): Promise<RecordedAnswer<Body>> {
    const { key } = request;
    if (key === undefined)
      return { ...(await this.commit(tenant, shownPlan(await makePlan(), show))), replayed: false };
    return this.idempotency.once({ ...request, tenant, key }, async (claimOf) => {
      const plan = shownPlan(await makePlan(), show);
      return this.commit(
        tenant,
        plan,
        claimOf(plan.recordIds, (persisted) => plan.answer(persisted)),
      );
    });
  }

  /** Stores the records of a plan without an `Idempotency-Key`. @throws the same errors as `run` */
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
   * Carries out the change of an administrative request, once for each `Idempotency-Key`. Returns status 201.
   * @throws IdempotencyKeyReusedError (422), IdempotencyKeyInUseError (409), and the errors of the plan
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

  /** Carries out the change of a plan, also for commands of the CLI. @throws the errors of the plan */
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
      // The key already has a response, which is repeated instead of sending a second one.
      const settled = error instanceof AlreadyAnsweredError || error instanceof IdempotencyKeyReusedError;
      if (settled || !plan.unrecorded) throw error;
      return plan.unrecorded(error);
    }
    plan.recorded?.(persisted);
    return plan.answer(persisted);
  }
}

/**
 * Returns the plan with its responses as they are sent. Each of them is made once: the stored response and the first
 * one would otherwise have feedback tokens of different seconds.
 */
function shownPlan<T, Body>(plan: RecordPlan<T>, show: (result: T) => Body): RecordPlan<Body> {
  const shown = ({ body, status }: Answer<T>): Answer<Body> => ({ status, body: show(body) });
  const answers = new Map<Durability, Answer<Body>>();
  return {
    batch: plan.batch,
    recordIds: plan.recordIds,
    answer: (persisted) => {
      const answer = answers.get(persisted) ?? shown(plan.answer(persisted));
      answers.set(persisted, answer);
      return answer;
    },
    unrecorded: plan.unrecorded && ((error) => shown(plan.unrecorded!(error))),
    recorded: (persisted) => plan.recorded?.(persisted),
  };
}
