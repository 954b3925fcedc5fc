import { Injectable } from '@nestjs/common';
import { DAY_MS, HOUR_MS, type TenantContext } from '#kernel';
import { keyOf, type Rollup, rollUpDays } from './rollup.js';
import { DAYS, HOURS } from './rollup-insert.js';
import { RollupsRepository } from './rollups.repository.js';

/** A bucket whose rollups differ from the sum of the stored and the retired predictions. */
export interface Difference {
  tenantId: string;
  bucket: 'hour' | 'day';
  /** Milliseconds since 1970. */
  start: number;
  model: string;
  modelVersion: string;
  label: string;
  /** Number of predictions in the rollups. It can equal `counted` if only sums, extremes or histograms differ. */
  stored: number;
  /** Number of stored and retired predictions. */
  counted: number;
}

export interface AuditOptions {
  /** Ids of the tenants to audit. Default: all. */
  tenants?: readonly string[] | undefined;
  /** Whether to replace the rollups that differ. Default: false. */
  repair?: boolean;
  /** Called after each hour with the number of audited hours. */
  onProgress?: (hours: number) => void;
}

export interface AuditResult {
  hours: number;
  predictions: number;
  differences: Difference[];
}

/**
 * Checks that every column of the rollups equals the sum over the stored predictions and those that retention deleted.
 *
 * - one hour at a time, so that servers can write meanwhile; a difference is checked twice more, because rows may arrive
 *   between the two reads
 * - a repair replaces one hour or day in one transaction, while writers wait
 */
@Injectable()
export class RollupAuditService {
  constructor(private readonly repository: RollupsRepository) {}

  /** Audits, and if requested repairs, the rollups. */
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
    const findDifferences = async (): Promise<Difference[]> => {
      const { counted, stored } = await this.repository.compare(tenant, start, start + HOUR_MS);
      result.predictions += counted.reduce((sum, { predictions }) => sum + predictions, 0);
      return differences(tenant.tenantId, 'hour', stored, counted);
    };
    const before = result.predictions;
    let found = await findDifferences();
    // Rollups and predictions are read with two statements. Rows that arrive between them are not a difference.
    for (let retries = 0; found.length > 0 && retries < 2; retries++) {
      result.predictions = before;
      found = await findDifferences();
    }
    result.differences.push(...found);
    if (found.length > 0 && repair) await this.repository.rebuildHour(tenant, start);
  }

  private async auditDay(tenant: TenantContext, start: number, repair: boolean, result: AuditResult): Promise<void> {
    const findDifferences = async (): Promise<Difference[]> => {
      const hours = await this.repository.stored(tenant, HOURS, start, start + DAY_MS);
      const stored = await this.repository.stored(tenant, DAYS, start, start + DAY_MS);
      return differences(tenant.tenantId, 'day', stored, rollUpDays(hours, ''));
    };
    let found = await findDifferences();
    for (let retries = 0; found.length > 0 && retries < 2; retries++) found = await findDifferences();
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
  const [storedByKey, countedByKey] = [byKey(stored), byKey(counted)];
  return [...new Set([...storedByKey.keys(), ...countedByKey.keys()])].flatMap((key) => {
    const [one, other] = [storedByKey.get(key), countedByKey.get(key)];
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

/** Returns the aggregated values in a canonical form. */
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
