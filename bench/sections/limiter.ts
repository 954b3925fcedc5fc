import { MemoryThrottleStorage } from '#security';
import { atMost, type Goal } from '../goal.js';
import { median } from '../load.js';

const CALLS = 200_000;

/** Returns the microseconds of one hit on a key that already has `live` hits in its window. */
function cost(live: number): number {
  const storage = new MemoryThrottleStorage();
  for (let i = 0; i < live; i++) storage.count('key', 3_600_000, 1e9);
  const began = performance.now();
  for (let i = 0; i < CALLS; i++) storage.count('key', 3_600_000, 1e9);
  return ((performance.now() - began) / CALLS) * 1000;
}

/** G16: measures a hit on a busy key and on a quiet one, and how many keys of a flood stay in memory. */
export function limiter(): Goal[] {
  cost(10);
  cost(100_000);
  const rounds = Array.from({ length: 7 }, (_, i) =>
    i % 2 === 0 ? [cost(10), cost(100_000)] : [cost(100_000), cost(10)].reverse(),
  );
  const quiet = median(rounds.map(([each]) => each as number));
  const busy = median(rounds.map(([, each]) => each as number));
  const storage = new MemoryThrottleStorage();
  for (let i = 0; i < 300_000; i++) storage.count(`198.51.100.${i}`, 60_000, 60);
  const detail = `${busy.toFixed(2)} to ${quiet.toFixed(2)} µs; after 300,000 keys ${storage.size.toLocaleString('en')} are remembered`;
  return [
    atMost('G16', 'a hit on a key with 100,000 live hits, relative to one with 10', busy / quiet, 1.2, 'x', detail),
  ];
}
