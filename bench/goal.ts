/** One row of the table: a goal of the product, the measured value, and whether it meets the goal. */
export interface Goal {
  id: string;
  what: string;
  target: string;
  measured: string;
  met: boolean | 'not measured';
}

export function atLeast(id: string, what: string, ratio: number, target: number, detail: string): Goal {
  return {
    id,
    what,
    target: `≥ ${target}x`,
    measured: `${ratio.toFixed(2)}x (${detail})`,
    met: ratio >= target,
  };
}

export function atMost(id: string, what: string, value: number, target: number, unit: string, detail: string): Goal {
  return {
    id,
    what,
    target: `≤ ${target}${unit}`,
    measured: `${value.toFixed({ x: 2, ' %': 3 }[unit] ?? 1)}${unit} (${detail})`,
    met: value <= target,
  };
}

export function notMeasured(id: string, what: string, target: string, reason: string): Goal {
  return { id, what, target, measured: reason, met: 'not measured' };
}
