import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  fullJitterGenerator,
  handleWhen,
  noJitterGenerator,
  retry,
} from 'cockatiel';
import { sleep, UnavailableError, withDeadline } from '#kernel';

export type BreakerState = 'closed' | 'half_open' | 'open';

export interface DependencyPolicyOptions {
  /** What the policy protects, such as `database`. */
  name: string;
  /** Tries after the first one. */
  retryAttempts: number;
  /** Failures in a row that open the breaker. */
  failures: number;
  /** First pause of an open breaker; each failed try doubles it, up to `openMs`. */
  probeMs: number;
  openMs: number;
  /** One call may take this long; what it still does afterwards nobody waits for. */
  budgetMs: number;
  /** Whether trying again may help: neither a refusal of the data nor a bug. */
  isTransient(error: unknown): boolean;
  /** Whether the dependency itself failed. A refusal of the data is an answer. */
  isFailure(error: unknown): boolean;
  onStateChange?(state: BreakerState): void;
}

/** The breaker is open, or the budget is over: the dependency was not asked, or did not answer in time. */
export class DependencyUnavailableError extends UnavailableError {
  constructor(name: string, cause?: unknown) {
    super({
      code: 'dependency_unavailable',
      detail: 'Something this server needs does not answer.',
      remedy: `Look at /health/detailed: ${name} failed several times in a row, or is slow.`,
      cause,
    });
  }
}

/** cockatiel's own time-out makes abort signals, which cost more than the call they watch. */
class BudgetExceeded extends Error {}

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 1000;

const STATES: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};

/**
 * How this server treats something it depends on: a budget, a few tries, and a circuit breaker.
 *
 * - tries again only what may pass (`isTransient`), with pauses of 50 ms, doubled, full jitter, 1 s at the most, inside the budget
 * - so many failures in a row open the breaker: callers are refused at once; one is let through after `probeMs`, then after
 *   twice as long, up to `openMs`
 * - `reset` closes it at once, when somebody else has seen the dependency work
 */
export class DependencyPolicy {
  private readonly breaker;
  private readonly counter;

  constructor(private readonly options: DependencyPolicyOptions) {
    const { failures, isFailure, openMs, probeMs } = options;
    this.counter = new ConsecutiveBreaker(failures);
    this.breaker = circuitBreaker(
      handleWhen((error) => error instanceof BudgetExceeded || isFailure(error)),
      {
        breaker: this.counter,
        halfOpenAfter: new ExponentialBackoff({
          generator: noJitterGenerator,
          initialDelay: probeMs,
          maxDelay: Math.max(openMs, probeMs),
        }),
      },
    );
    this.breaker.onStateChange((state) => options.onStateChange?.(STATES[state]));
  }

  get state(): BreakerState {
    return STATES[this.breaker.state];
  }

  /**
   * Answers what `work` answers. `goOn` may forbid further tries, because nobody waits for them or they are known to be vain.
   * @throws DependencyUnavailableError when the breaker is open or the budget is over, else what `work` threw last
   */
  async run<T>(work: () => Promise<T>, goOn: () => boolean = () => true): Promise<T> {
    const { budgetMs, name } = this.options;
    const deadline = performance.now() + budgetMs;
    const worthwhile = (): boolean => goOn() && performance.now() < deadline;
    try {
      // Nothing that a driver does can be called off when the budget is over, so the caller is let go instead.
      return await this.breaker.execute(() =>
        withDeadline(this.persist(work, worthwhile), budgetMs, () => new BudgetExceeded()),
      );
    } catch (error) {
      if (error instanceof BrokenCircuitError || error instanceof BudgetExceeded)
        throw new DependencyUnavailableError(name, error);
      throw error;
    }
  }

  /** The usual case, success at once, pays for no retry policy. */
  private async persist<T>(work: () => Promise<T>, worthwhile: () => boolean): Promise<T> {
    const { isTransient, retryAttempts } = this.options;
    try {
      return await work();
    } catch (error) {
      if (retryAttempts === 0 || !isTransient(error) || !worthwhile()) throw error;
    }
    await sleep(Math.random() * FIRST_RETRY_MS);
    const retries = retry(
      handleWhen((error) => isTransient(error) && worthwhile()),
      {
        maxAttempts: retryAttempts - 1,
        backoff: new ExponentialBackoff({
          generator: fullJitterGenerator,
          initialDelay: FIRST_RETRY_MS * 2,
          maxDelay: MAX_RETRY_MS,
        }),
      },
    );
    return retries.execute(() => work());
  }

  reset(): void {
    if (this.state === 'closed') return;
    this.breaker.isolate().dispose();
    // The policy forgets that it was open, its counter does not: the next single failure would open it again.
    this.counter.success();
  }
}
