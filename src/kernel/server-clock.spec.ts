import { ServerClock } from './server-clock.js';

const MINUTE = 60_000;
const T0 = 1_764_000_000_000;

/** A machine with a system clock that can be set, and a database whose clock reads `T0` at the start. */
function machine(wallOffset = 0) {
  const state = { monotonic: 1000, wallOffset, databaseOffset: 0 };
  const clock = new ServerClock('run', {
    monotonic: () => state.monotonic,
    wall: () => T0 + state.monotonic - 1000 + state.wallOffset,
  });
  const reading = (roundTripMs = 2) => ({
    sentAt: state.monotonic - roundTripMs,
    receivedAt: state.monotonic,
    time: T0 + state.monotonic - 1000 - roundTripMs / 2 + state.databaseOffset,
  });
  return { state, clock, reading };
}

describe('the clock of a server', () => {
  it('keeps its time when the system clock is set', () => {
    const { clock, state } = machine();
    state.monotonic += 5000;
    state.wallOffset = -65 * MINUTE;
    expect(clock.now()).toBe(T0 + 5000);
    expect(clock.offsetMs).toBe(65 * MINUTE);
    expect(clock.uncertaintyMs).toBe(0);
  });

  it('follows the clock of the database, and knows how far the system clock is off', () => {
    const { clock, reading } = machine(65 * MINUTE);
    clock.expectReading();
    expect(clock.uncertaintyMs).toBe(Infinity);
    expect(clock.read(reading())).toBe(0);
    expect(clock.now()).toBe(T0);
    expect(clock.offsetMs).toBe(-65 * MINUTE);
    expect(clock.uncertaintyMs).toBe(2);
    expect(clock.source).toBe('database');
  });

  it('becomes less certain with the age of its reading, until a better one comes', () => {
    const { clock, reading, state } = machine();
    clock.read(reading());
    state.monotonic += 60 * MINUTE;
    expect(clock.uncertaintyMs).toBeGreaterThan(2000);
    clock.read(reading(2));
    expect(clock.uncertaintyMs).toBe(2);
    // A slow answer tells less than is known, and is not used.
    state.databaseOffset = 400;
    clock.read(reading(1000));
    expect(clock.uncertaintyMs).toBe(2);
    expect(clock.now()).toBe(T0 + 60 * MINUTE);
  });

  it('does not run backwards for a small correction, and is set back for a large one', () => {
    const { clock, reading, state } = machine();
    clock.read(reading(100));
    state.databaseOffset = -40;
    clock.read(reading(2));
    expect(clock.now()).toBe(T0);
    state.monotonic += 40;
    expect(clock.now()).toBe(T0);
    state.monotonic += 1;
    expect(clock.now()).toBe(T0 + 1);

    const wrong = machine(65 * MINUTE);
    expect(wrong.clock.now()).toBe(T0 + 65 * MINUTE);
    wrong.clock.read(wrong.reading());
    expect(wrong.clock.now()).toBe(T0);
  });

  it('reports a step of the clock of the database', () => {
    const { clock, reading, state } = machine();
    clock.read(reading());
    state.databaseOffset = 65 * MINUTE;
    expect(clock.read(reading())).toBe(65 * MINUTE);
    expect(clock.read(reading())).toBe(0);
  });

  it('takes a saved time until the database answers, and no longer', () => {
    const { clock, reading } = machine(-65 * MINUTE);
    clock.expectReading();
    clock.resume(T0, 20);
    expect([clock.now(), clock.uncertaintyMs, clock.source]).toEqual([T0, 20, 'file']);
    clock.read(reading());
    clock.resume(T0 + MINUTE, 20);
    expect(clock.now()).toBe(T0);
  });

  it('counts the time of a suspension', () => {
    const { clock } = machine();
    clock.skip(60 * MINUTE);
    expect(clock.now()).toBe(T0 + 60 * MINUTE);
  });

  describe('the margin of a record', () => {
    it('is the uncertainty of its moment at most', () => {
      const { clock, reading } = machine();
      clock.read(reading());
      expect(clock.marginOf(clock.mark())).toBe(2);
      expect(clock.marginOf({ run: 'an earlier one', base: 0, uncertaintyMs: 30 })).toBe(30);
      expect(clock.marginOf({ run: 'an earlier one', base: 0, uncertaintyMs: null })).toBe(Infinity);
    });

    it('becomes known when the clock was first read after the record', () => {
      const ahead = machine(65 * MINUTE);
      ahead.clock.expectReading();
      const mark = ahead.clock.mark();
      expect(ahead.clock.marginOf(mark)).toBe(Infinity);
      ahead.clock.read(ahead.reading());
      expect(ahead.clock.marginOf(mark)).toBe(65 * MINUTE + 2);

      const behind = machine(-65 * MINUTE);
      behind.clock.expectReading();
      const late = behind.clock.mark();
      behind.clock.read(behind.reading());
      expect(behind.clock.marginOf(late)).toBe(-65 * MINUTE + 2);
    });

    it('is not widened by a pause or by a step of the database', () => {
      const { clock, reading, state } = machine();
      clock.read(reading());
      const mark = clock.mark();
      for (const step of [65 * MINUTE, -65 * MINUTE]) {
        state.databaseOffset = step;
        clock.read(reading());
        expect(Math.abs(clock.marginOf(mark))).toBeLessThanOrEqual(2);
      }
    });
  });
});
