import { Injectable } from '@nestjs/common';
import { DAY_MS, HOUR_MS, type TenantContext } from '#kernel';
import { keyOf, type Rollup, rollUpDays } from './rollup.js';
import { DAYS, HOURS } from './rollup-insert.js';
import { RollupsRepository } from './rollups.repository.js';

/** A bucket whose rollups differ from `predictions + retired`. */
export interface Difference {
  tenantId: string;
  bucket: 'hour' | 'day';
  /** Milliseconds since 1970. */
  start: number;
  model: string;
  modelVersion: string;
  label: string;
  /** Predictions by the rollups, and as counted. The same when only sums, extremes or histograms differ. */
  stored: number;
  counted: number;
}

export interface AuditOptions {
  tenants?: readonly string[] | undefined;
  /** Makes right what differs. */
  repair?: boolean;
  onProgress?: (hours: number) => void;
}

export interface AuditResult {
  hours: number;
  predictions: number;
  differences: Difference[];
}

/**
 * Sets the rollups beside what they are about: `rollup = predictions + retired`, column for column.
 *
 * - hour by hour, so that it can run beside a server; what differs is looked at again while writers wait
 * - repairing replaces one hour, or one day, in one transaction
 */
@Injectable()
export class RollupAuditService {
  constructor(private readonly repository: RollupsRepository) {}

  async run({ onProgress, repair = false, tenants }: AuditOptions = {}): Promise<AuditResult> {
    const result: AuditResult = { hours: 0, predictions: 0, differences: [] };
    for (const tenantId of tenants ?? (await this.repository.tenantIds())) {
      let day: number | undefined;
      for (let hour = await this.repository.nextHour({ tenantId }, 0); hour !== undefined;) {
        const thisDay = Math.floor(hour / DAY_MS) * DAY_MS;
        if (day !== undefined && day !== thisDay) await this.auditDay({ tenantId }, day, repair, result);
        day = thisDay;
        await this.auditHour({ tenantId }, hour, repair, result);
        onProgress?.((result.hours += 1));
        hour = await this.repository.nextHour({ tenantId }, hour + HOUR_MS);
      }
      if (day !== undefined) await this.auditDay({ tenantId }, day, repair, result);
    }
    return result;
  }

  private async auditHour(tenant: TenantContext, start: number, repair: boolean, result: AuditResult): Promise<void> {
    const differ = async (): Promise<Difference[]> => {
      const { counted, stored } = await this.repository.compare(tenant, start, start + HOUR_MS);
      result.predictions += counted.reduce((sum, { predictions }) => sum + predictions, 0);
      return differences(tenant.tenantId, 'hour', stored, counted);
    };
    const before = result.predictions;
    let found = await differ();
    // Reading both takes two statements: what came in between is no difference.
    for (let again = 0; found.length > 0 && again < 2; again++) {
      result.predictions = before;
      found = await differ();
    }
    result.differences.push(...found);
    if (found.length > 0 && repair) await this.repository.rebuildHour(tenant, start);
  }

  private async auditDay(tenant: TenantContext, start: number, repair: boolean, result: AuditResult): Promise<void> {
    const differ = async (): Promise<Difference[]> => {
      const hours = await this.repository.stored(tenant, HOURS, start, start + DAY_MS);
      const stored = await this.repository.stored(tenant, DAYS, start, start + DAY_MS);
      return differences(tenant.tenantId, 'day', stored, rollUpDays(hours, ''));
    };
    let found = await differ();
    for (let again = 0; found.length > 0 && again < 2; again++) found = await differ();
    result.differences.push(...found);
    if (found.length > 0 && repair)
      await this.repository.rebuildDay(tenant, start, start + DAY_MS, (hours) => rollUpDays(hours, ''));
  }
}

function differences(
  tenantId: string,
  bucket: 'hour' | 'day',
  stored: readonly Rollup[],
  counted: readonly Rollup[],
): Difference[] {
  const byKey = (rollups: readonly Rollup[]): Map<string, Rollup> =>
    new Map(rollups.filter(({ predictions }) => predictions !== 0).map((each) => [keyOf(each, each.start), each]));
  const [ours, theirs] = [byKey(stored), byKey(counted)];
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((key) => {
    const [one, other] = [ours.get(key), theirs.get(key)];
    const group = one ?? other;
    if (!group || (one && other && fingerprint(one) === fingerprint(other))) return [];
    return [
      {
        tenantId,
        bucket,
        start: group.start,
        model: group.model,
        modelVersion: group.model_version,
        label: group.label,
        stored: one?.predictions ?? 0,
        counted: other?.predictions ?? 0,
      },
    ];
  });
}

/** Everything that is summed, in one order. */
function fingerprint(rollup: Rollup): string {
  const bins = (histogram: Record<string, number>): [string, number][] =>
    Object.entries(histogram)
      .filter(([, n]) => n !== 0)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    rollup.predictions,
    rollup.confidence_count,
    String(rollup.confidence_sum),
    rollup.latency_count,
    String(rollup.latency_sum),
    rollup.latency_max,
    rollup.earliest,
    rollup.latest,
    bins(rollup.confidence_histogram),
    bins(rollup.latency_histogram),
  ]);
}
