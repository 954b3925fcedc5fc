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
  /** Retries after the first attempt. */
  retryAttempts: number;
  /** Consecutive failures that open the breaker. */
  failures: number;
  /** First pause of an open breaker, in milliseconds. Each failed probe doubles it, up to `openMs`. */
  probeMs: number;
  openMs: number;
  /** Maximum duration of a call, in milliseconds. Work that continues afterwards has no caller. */
  budgetMs: number;
  /** Whether a retry may succeed. False for refused data and for bugs. */
  isTransient(error: unknown): boolean;
  /** Whether the dependency itself failed. Refused data is a response of a working dependency. */
  isFailure(error: unknown): boolean;
  onStateChange?(state: BreakerState): void;
}

/** The breaker is open, or the budget is used up: the dependency was not called, or did not respond in time. */
export class DependencyUnavailableError extends UnavailableError {
  constructor(name: string, cause?: unknown) {
    super({
      code: 'dependency_unavailable',
      detail: 'A dependency of this server does not respond.',
      remedy: `See /health/detailed: ${name} failed several times in a row, or is slow.`,
      cause,
    });
  }
}

/** Replaces cockatiel's timeout, whose abort signals cost more than the call they watch. */
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
 * Protects calls to a dependency with a time budget, retries and a circuit breaker.
 *
 * - retries only transient failures (`isTransient`), within the budget; pauses start at 50 ms, double up to 1 s, and
 *   have full jitter
 * - opens the breaker after `failures` consecutive failures and then refuses calls immediately; lets one probe through
 *   after `probeMs`, and after each failed probe waits twice as long, up to `openMs`
 * - `reset` closes the breaker immediately, when other code has seen the dependency work
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
   * Returns the result of `work`. `shouldRetry` may end the retries, because the result is no longer needed or a retry
   * cannot succeed.
   * @throws DependencyUnavailableError when the breaker is open or the budget is used up
   * @throws the last error of `work` otherwise
   */
  async run<T>(work: () => Promise<T>, shouldRetry: () => boolean = () => true): Promise<T> {
    const { budgetMs, name } = this.options;
    const deadline = performance.now() + budgetMs;
    const canRetry = (): boolean => shouldRetry() && performance.now() < deadline;
    try {
      // Drivers cannot cancel a call when the budget is used up, so only its caller is released.
      return await this.breaker.execute(() =>
        withDeadline(this.runWithRetries(work, canRetry), budgetMs, () => new BudgetExceeded()),
      );
    } catch (error) {
      if (error instanceof BrokenCircuitError || error instanceof BudgetExceeded)
        throw new DependencyUnavailableError(name, error);
      throw error;
    }
  }

  /** Builds a retry policy only after a first failure, so that the usual case does not pay for it. */
  private async runWithRetries<T>(work: () => Promise<T>, canRetry: () => boolean): Promise<T> {
    const { isTransient, retryAttempts } = this.options;
    try {
      return await work();
    } catch (error) {
      if (retryAttempts === 0 || !isTransient(error) || !canRetry()) throw error;
    }
    await sleep(Math.random() * FIRST_RETRY_MS);
    const retries = retry(
      handleWhen((error) => isTransient(error) && canRetry()),
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
    // The breaker forgets its failures when it is reset, but the counter does not: one more failure would reopen it.
    this.counter.success();
  }
}
