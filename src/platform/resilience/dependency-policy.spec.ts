import {
  type BreakerState,
  DependencyPolicy,
  type DependencyPolicyOptions,
  DependencyUnavailableError,
} from './dependency-policy.js';

class Transient extends Error {}
class Refused extends Error {}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function policy(more: Partial<DependencyPolicyOptions> = {}): DependencyPolicy {
  return new DependencyPolicy({
    name: 'database',
    retryAttempts: 3,
    failures: 5,
    probeMs: 40,
    openMs: 60,
    budgetMs: 2000,
    isTransient: (error) => error instanceof Transient,
    isFailure: (error) => !(error instanceof Refused),
    ...more,
  });
}

/** Fails `times` times, then answers. */
function failing(times: number, error: Error): { calls: number; work: () => Promise<string> } {
  const counter = {
    calls: 0,
    work: async () => {
      counter.calls += 1;
      if (counter.calls <= times) throw error;
      return 'answer';
    },
  };
  return counter;
}

describe('DependencyPolicy', () => {
  it('S1-06 S2-02 S2-19 tries a passing failure three times more', async () => {
    const three = failing(3, new Transient());
    expect(await policy().run(three.work)).toBe('answer');
    expect(three.calls).toBe(4);
    const four = failing(4, new Transient());
    await expect(policy().run(four.work)).rejects.toBeInstanceOf(Transient);
    expect(four.calls).toBe(4);
  });

  it('S1-08 is told how often to try', async () => {
    const never = failing(9, new Transient());
    await expect(policy({ retryAttempts: 0 }).run(never.work)).rejects.toBeInstanceOf(Transient);
    expect(never.calls).toBe(1);
  });

  it('S2-02 does not repeat what cannot pass, nor what nobody waits for', async () => {
    const refused = failing(1, new Refused());
    await expect(policy().run(refused.work)).rejects.toBeInstanceOf(Refused);
    expect(refused.calls).toBe(1);
    const unwanted = failing(3, new Transient());
    await expect(policy().run(unwanted.work, () => unwanted.calls < 2)).rejects.toBeInstanceOf(Transient);
    expect(unwanted.calls).toBe(2);
  });

  it('S1-07 S2-03 opens after five failures in a row, and refuses without asking', async () => {
    const states: BreakerState[] = [];
    const subject = policy({ retryAttempts: 0, onStateChange: (state) => states.push(state) });
    const down = failing(100, new Transient());
    for (let i = 0; i < 5; i++) await expect(subject.run(down.work)).rejects.toBeInstanceOf(Transient);
    await expect(subject.run(down.work)).rejects.toBeInstanceOf(DependencyUnavailableError);
    expect([down.calls, subject.state, states]).toEqual([5, 'open', ['open']]);
  });

  it('a success in between begins the count anew, and a refusal of the data is no failure', async () => {
    const subject = policy({ retryAttempts: 0 });
    const fail = async (error: Error): Promise<void> => {
      await expect(subject.run(() => Promise.reject(error))).rejects.toBe(error);
    };
    for (let i = 0; i < 4; i++) await fail(new Transient());
    await subject.run(() => Promise.resolve());
    for (let i = 0; i < 4; i++) await fail(new Transient());
    for (let i = 0; i < 9; i++) await fail(new Refused());
    expect(subject.state).toBe('closed');
  });

  it('lets one through after a pause: it closes when that one works, and waits longer when it does not', async () => {
    const subject = policy({ retryAttempts: 0, failures: 1 });
    await expect(subject.run(() => Promise.reject(new Transient()))).rejects.toBeInstanceOf(Transient);
    await pause(50);
    await expect(subject.run(() => Promise.reject(new Transient()))).rejects.toBeInstanceOf(Transient);
    await pause(45);
    await expect(subject.run(() => Promise.resolve())).rejects.toBeInstanceOf(DependencyUnavailableError);
    await pause(30);
    await subject.run(() => Promise.resolve());
    expect(subject.state).toBe('closed');
  });

  it('closes at once when it is told that the dependency works', async () => {
    const subject = policy({ retryAttempts: 0, failures: 1, probeMs: 60_000 });
    await expect(subject.run(() => Promise.reject(new Transient()))).rejects.toBeInstanceOf(Transient);
    subject.reset();
    expect(await subject.run(() => Promise.resolve('answer'))).toBe('answer');
  });

  it('counts anew after it was told', async () => {
    const subject = policy({ retryAttempts: 0, failures: 3, probeMs: 60_000 });
    const fail = (): Promise<void> =>
      expect(subject.run(() => Promise.reject(new Transient()))).rejects.toBeInstanceOf(Transient);
    for (let i = 0; i < 3; i++) await fail();
    subject.reset();
    for (let i = 0; i < 2; i++) await fail();
    expect(subject.state).toBe('closed');
  });

  it('S2-05 lets its caller go when the budget is over, and counts that as a failure', async () => {
    const subject = policy({ budgetMs: 30, failures: 2 });
    for (let i = 0; i < 2; i++)
      await expect(subject.run(() => pause(200))).rejects.toBeInstanceOf(DependencyUnavailableError);
    expect(subject.state).toBe('open');
  });

  it('does not stop the process when work fails after its caller was let go', async () => {
    const subject = policy({ budgetMs: 10 });
    await expect(
      subject.run(async () => {
        await pause(30);
        throw new Refused();
      }),
    ).rejects.toBeInstanceOf(DependencyUnavailableError);
    await pause(40);
  });
});
