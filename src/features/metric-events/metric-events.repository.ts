import { Injectable } from '@nestjs/common';
import { type Position, smallestIdAt, type TenantContext } from '#kernel';
import { UnitOfWork } from '#persistence';
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
  /** Whether sensitive fields are shown. */
  withTexts: boolean;
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

  /** Newest first unless told otherwise, at most `limit`, after `position` when given. */
  async list(
    tenant: TenantContext,
    filter: MetricEventFilter,
    limit: number,
    { order = 'DESC', position, withTexts }: ReadOptions,
  ): Promise<MetricEvent[]> {
    const { bind, where } = this.conditions(filter);
    const beyond = order === 'DESC' ? '<' : '>';
    const after = position
      ? ` AND (timestamp, id) ${beyond} (${bind(this.unitOfWork.dialect.time(position.time))}, ${bind(position.id)})`
      : '';
    const text = `SELECT * FROM metric_events WHERE ${where}${after} ORDER BY timestamp ${order}, id ${order} LIMIT ${bind(limit)}`;
    const rows = await this.unitOfWork.read<Row>(tenant, text, bind.values);
    return rows.map((row) => this.toEvent(tenant, row, withTexts));
  }

  /** Most frequent first. */
  async types(tenant: TenantContext, filter: MetricEventFilter): Promise<TypeUse[]> {
    const { bind, where } = this.conditions(filter);
    const rows = await this.unitOfWork.read<{ type: string; n: number; first: unknown; last: unknown }>(
      tenant,
      `SELECT type, COUNT(*) AS n, MIN(timestamp) AS first, MAX(timestamp) AS last FROM metric_events WHERE ${where} ` +
        'GROUP BY type ORDER BY COUNT(*) DESC, type LIMIT 1000',
      bind.values,
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
    const { bind, where } = this.conditions(filter);
    const [row] = await this.unitOfWork.read<Record<'n' | 'types' | 'users' | 'orgs' | 'first' | 'last', unknown>>(
      tenant,
      'SELECT COUNT(*) AS n, COUNT(DISTINCT type) AS types, COUNT(DISTINCT user_id) AS users, COUNT(DISTINCT org_id) AS orgs, ' +
        `MIN(timestamp) AS first, MAX(timestamp) AS last FROM metric_events WHERE ${where}`,
      bind.values,
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

  private conditions(filter: MetricEventFilter): {
    where: string;
    bind: ((value: unknown) => string) & { values: unknown[] };
  } {
    const { dialect } = this.unitOfWork;
    const values: unknown[] = [];
    const bind = Object.assign((value: unknown) => `$${values.push(value) + 1}`, { values });
    const conditions = ['tenant_id = $1'];
    // The id carries the time: its bounds let PostgreSQL skip the partitions of other months.
    if (filter.from !== undefined)
      conditions.push(`timestamp >= ${bind(dialect.time(filter.from))} AND id >= ${bind(smallestIdAt(filter.from))}`);
    if (filter.to !== undefined)
      conditions.push(`timestamp < ${bind(dialect.time(filter.to))} AND id < ${bind(smallestIdAt(filter.to))}`);
    for (const [column, value] of [
      ['type', filter.type],
      ['user_id', filter.userId],
      ['org_id', filter.orgId],
      ['external_id', filter.externalId],
    ] as const)
      if (value !== undefined) conditions.push(`${column} = ${bind(value)}`);
    for (const { path, value } of filter.data ?? []) {
      const wanted = readings(value);
      const either = wanted.map((json) => this.holds(path, json, bind));
      conditions.push(`(${either.join(' OR ')})`);
    }
    return { where: conditions.join(' AND '), bind };
  }

  /** PostgreSQL by containment, which the GIN index answers; SQLite by the value at the path, as it was written. */
  private holds(path: readonly string[], json: string, bind: (value: unknown) => string): string {
    if (this.unitOfWork.dialect.name === 'sqlite')
      return `data -> ${bind(`$${path.map((key) => `."${key}"`).join('')}`)} = ${bind(json)}`;
    const nested = [...path].reverse().reduce((inner, key) => `{${JSON.stringify(key)}:${inner}}`, json);
    return `data @> CAST(${bind(nested)} AS jsonb)`;
  }

  private toEvent(tenant: TenantContext, row: Row, withTexts: boolean): MetricEvent {
    const { dialect } = this.unitOfWork;
    const open = dialect.readJson<Record<string, unknown>>(row.data) ?? {};
    const taken = row.sensitive === null ? {} : this.opened(tenant, row.accepted_id, row.sensitive);
    return {
      id: row.id,
      type: row.type,
      timestamp: dialect.readTime(row.timestamp),
      userId: row.user_id,
      orgId: row.org_id,
      externalId: row.external_id,
      data: withTexts ? restoreSensitiveFields(open, taken) : open,
      acceptedAt: dialect.readTime(row.accepted_at),
      withheld: withTexts ? [] : Object.keys(taken),
    };
  }

  private opened(tenant: TenantContext, acceptedId: string, sealed: string): Record<string, unknown> {
    const place = { table: 'metric_events', column: 'sensitive', id: acceptedId };
    return JSON.parse(this.cipher.open(tenant, place, sealed)) as Record<string, unknown>;
  }
}

/** What a value in an address may stand for: `5` is a number or a text. */
function readings(value: string): string[] {
  const text = JSON.stringify(value);
  if (/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/.test(value) && Number.isFinite(Number(value)))
    return [JSON.stringify(Number(value)), text];
  return ['true', 'false', 'null'].includes(value) ? [value, text] : [text];
}
