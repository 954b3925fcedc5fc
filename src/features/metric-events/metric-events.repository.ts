import { Conditions, UnitOfWork } from '#persistence';
import { Injectable } from '@nestjs/common';
import { parseNumber, type Position, type TenantContext } from '#kernel';
import { FieldCipher } from '#secrets';
import type { EventFigures, MetricEvent, MetricEventFilter, TypeUse } from './metric-event.js';
import { restoreSensitiveFields } from './sensitive-fields.js';

interface Row {
  id: string;
  tenant_id: string;
  type: string;
  timestamp: unknown;
  user_id: string | null;
  org_id: string | null;
  external_id: string | null;
  data: unknown;
  sensitive: string | null;
  accepted_id: string;
  accepted_at: unknown;
}

export interface ReadOptions {
  /** Whether sensitive fields are included. */
  withTexts: boolean;
  /** Order by time. Default: newest first. */
  order?: 'ASC' | 'DESC';
  position?: Position | undefined;
}

@Injectable()
export class MetricEventsRepository {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly cipher: FieldCipher,
  ) {}

  async find(tenant: TenantContext, id: string, withTexts: boolean): Promise<MetricEvent | undefined> {
    const row = await this.unitOfWork.find<Row>(
      tenant,
      'SELECT * FROM metric_events WHERE tenant_id = $1 AND id = $2',
      [id],
    );
    return row && this.toEvent(tenant, row, withTexts);
  }

  /** Returns at most `limit` events after `position`, newest first by default. */
  async list(
    tenant: TenantContext,
    filter: MetricEventFilter,
    limit: number,
    { order = 'DESC', position, withTexts }: ReadOptions,
  ): Promise<MetricEvent[]> {
    const { dialect } = this.unitOfWork;
    const where = this.where(filter);
    if (position)
      where.add(`(timestamp, id) ${order === 'DESC' ? '<' : '>'} (?, ?)`, dialect.time(position.time), position.id);
    const rows = await this.unitOfWork.read<Row>(
      tenant,
      `SELECT * FROM metric_events WHERE ${where} ORDER BY timestamp ${order}, id ${order} LIMIT ${where.bind(limit)}`,
      where.values,
    );
    return rows.map((row) => this.toEvent(tenant, row, withTexts));
  }

  /** Returns at most 1,000 types, most frequent first. */
  async types(tenant: TenantContext, filter: MetricEventFilter): Promise<TypeUse[]> {
    const where = this.where(filter);
    const rows = await this.unitOfWork.read<{ type: string; n: number; first: unknown; last: unknown }>(
      tenant,
      `SELECT type, COUNT(*) AS n, MIN(timestamp) AS first, MAX(timestamp) AS last FROM metric_events WHERE ${where} ` +
        'GROUP BY type ORDER BY COUNT(*) DESC, type LIMIT 1000',
      where.values,
    );
    const { readTime } = this.unitOfWork.dialect;
    return rows.map(({ first, last, n, type }) => ({
      type,
      count: Number(n),
      firstSeen: readTime(first),
      lastSeen: readTime(last),
    }));
  }

  async figures(tenant: TenantContext, filter: MetricEventFilter): Promise<EventFigures> {
    const where = this.where(filter);
    const [row] = await this.unitOfWork.read<Record<'n' | 'types' | 'users' | 'orgs' | 'first' | 'last', unknown>>(
      tenant,
      'SELECT COUNT(*) AS n, COUNT(DISTINCT type) AS types, COUNT(DISTINCT user_id) AS users, COUNT(DISTINCT org_id) AS orgs, ' +
        `MIN(timestamp) AS first, MAX(timestamp) AS last FROM metric_events WHERE ${where}`,
      where.values,
    );
    const time = (value: unknown): number | null => (value == null ? null : this.unitOfWork.dialect.readTime(value));
    return {
      total: Number(row?.n ?? 0),
      types: Number(row?.types ?? 0),
      users: Number(row?.users ?? 0),
      orgs: Number(row?.orgs ?? 0),
      earliest: time(row?.first),
      latest: time(row?.last),
    };
  }

  private where(filter: MetricEventFilter): Conditions {
    const where = new Conditions(this.unitOfWork.dialect)
      .within('timestamp', filter, { timeInId: true })
      .equal({ type: filter.type, user_id: filter.userId, org_id: filter.orgId, external_id: filter.externalId });
    for (const { path, value } of filter.data ?? []) {
      const alternatives = interpretationsOf(value).map((json) => this.hasValue(path, json, where));
      where.add(`(${alternatives.join(' OR ')})`);
    }
    return where;
  }

  /**
   * Returns the condition that `data` has a value at a path. On PostgreSQL it is a containment, which the GIN index
   * supports.
   */
  private hasValue(path: readonly string[], json: string, where: Conditions): string {
    if (this.unitOfWork.dialect.name === 'sqlite')
      return where.fill('data -> ? = ?', `$${path.map((key) => `."${key}"`).join('')}`, json);
    const nested = [...path].reverse().reduce((inner, key) => `{${JSON.stringify(key)}:${inner}}`, json);
    return where.fill('data @> CAST(? AS jsonb)', nested);
  }

  private toEvent(tenant: TenantContext, row: Row, withTexts: boolean): MetricEvent {
    const { dialect } = this.unitOfWork;
    const open = dialect.readJson<Record<string, unknown>>(row.data) ?? {};
    const sensitive = row.sensitive === null ? {} : this.decrypt(tenant, row.accepted_id, row.sensitive);
    return {
      id: row.id,
      type: row.type,
      timestamp: dialect.readTime(row.timestamp),
      userId: row.user_id,
      orgId: row.org_id,
      externalId: row.external_id,
      data: withTexts ? restoreSensitiveFields(open, sensitive) : open,
      acceptedAt: dialect.readTime(row.accepted_at),
      withheld: withTexts ? [] : Object.keys(sensitive),
    };
  }

  private decrypt(tenant: TenantContext, acceptedId: string, sealed: string): Record<string, unknown> {
    const place = { table: 'metric_events', column: 'sensitive', id: acceptedId };
    return JSON.parse(this.cipher.open(tenant, place, sealed)) as Record<string, unknown>;
  }
}

const JSON_NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;

/** Returns the JSON values that a query parameter may mean: `5` is a number or a text. */
function interpretationsOf(value: string): string[] {
  const text = JSON.stringify(value);
  const number = JSON_NUMBER.test(value) ? parseNumber(value) : undefined;
  if (number !== undefined) return [JSON.stringify(number), text];
  return ['true', 'false', 'null'].includes(value) ? [value, text] : [text];
}
