import { Inject, Injectable } from '@nestjs/common';
import {
  acceptanceId,
  type Clock,
  CLOCK,
  type CursorCodec,
  DAY_MS,
  NotFoundError,
  type Page,
  parseTime,
  type TenantContext,
  uuidv7,
  ValidationError,
} from '#kernel';
import { FeedbackLoopConfig } from '#config';
import type { Durability, RecordPlan } from '#ingest';
import { GrowthService } from '#growth';
import { type BulkRow } from '#persistence';
import { FieldCipher, Secrets } from '#secrets';
import { MetricEventsRepository } from './metric-events.repository.js';
import { type EventFigures, type MetricEvent, type MetricEventFilter, type TypeUse } from './metric-event.js';
import { METRIC_EVENTS } from './metric-event.table.js';
import { extractSensitiveFields } from './sensitive-fields.js';

/** Input of an event. `timestamp` is in ISO 8601. */
export interface EventInput {
  type: string;
  data: Record<string, unknown>;
  userId?: string | null | undefined;
  orgId?: string | null | undefined;
  timestamp?: string | null | undefined;
  externalId?: string | null | undefined;
}

/** A validated event. `at` is in milliseconds since 1970. */
export interface NewEvent extends EventInput {
  id: string;
  at: number;
}

const MAX_AHEAD_MS = 5 * 60_000;
const PAGE_ROWS = 1000;

/**
 * Plans the recording of custom metric events, and reads them. An event with a known external id changes that event.
 */
@Injectable()
export class MetricEventsService {
  private readonly cursors: CursorCodec;

  constructor(
    private readonly repository: MetricEventsRepository,
    private readonly cipher: FieldCipher,
    private readonly growth: GrowthService,
    private readonly config: FeedbackLoopConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    secrets: Secrets,
  ) {
    this.cursors = secrets.cursorCodec('metric events');
  }

  /**
   * Validates the time of an event. `place` is the path of the event in the body.
   * @throws ValidationError when the time is before the retention period or more than 5 minutes in the future
   */
  toNew(input: EventInput, place = ''): NewEvent {
    const now = this.clock.now();
    const at = input.timestamp == null ? now : (parseTime(input.timestamp) ?? now);
    const days = this.config.retention.metricsDays ?? this.config.retention.days;
    const path = place === '' ? 'timestamp' : `${place}.timestamp`;
    if (at > now + MAX_AHEAD_MS)
      throw new ValidationError([{ path, message: 'must not be more than 5 minutes in the future' }]);
    if (at < now - days * DAY_MS)
      throw new ValidationError([{ path, message: `must not be older than the retention period of ${days} days` }]);
    return { ...input, id: uuidv7(at), at };
  }

  /** Plans to record events in one transaction. The status is 201 in the database and 202 in the spool. */
  plan(tenant: TenantContext, events: readonly NewEvent[]): RecordPlan<Durability> {
    let bytes = 0;
    const rows = events.map((event): BulkRow => {
      const acceptedAt = this.clock.now();
      const { remaining, extracted } = extractSensitiveFields(event.data, this.config.metricEvents.sensitive);
      bytes += JSON.stringify(event.data).length * 2;
      return METRIC_EVENTS.toRow(
        tenant,
        METRIC_EVENTS.complete({
          ...event,
          timestamp: event.at,
          data: remaining,
          sensitive: Object.keys(extracted).length === 0 ? null : JSON.stringify(extracted),
          acceptedId: acceptanceId(acceptedAt),
          acceptedAt,
        }),
        this.cipher,
      );
    });
    return {
      batch: { parts: [{ insert: METRIC_EVENTS.insert, rows }], bytes },
      recordIds: events.map(({ id }) => id),
      answer: (persisted) => ({ status: persisted === 'database' ? 201 : 202, body: persisted }),
      recorded: () => this.growth.recordAdded('metric_events', events.length),
    };
  }

  /**
   * Lists events, newest first. `withTexts` includes sensitive fields.
   * @throws ValidationError when `cursor` is invalid
   */
  async list(
    tenant: TenantContext,
    filter: MetricEventFilter,
    { cursor, limit, withTexts }: { limit: number; cursor?: string | undefined; withTexts: boolean },
  ): Promise<Page<MetricEvent>> {
    const position = this.cursors.positionOf(cursor);
    const rows = await this.repository.list(tenant, filter, limit + 1, { withTexts, position });
    return this.cursors.page(rows, limit, (row) => row.timestamp);
  }

  /** Returns an event. `withTexts` includes sensitive fields. @throws NotFoundError */
  async get(tenant: TenantContext, id: string, withTexts: boolean): Promise<MetricEvent> {
    const event = await this.repository.find(tenant, id, withTexts);
    if (!event) throw new NotFoundError('The event');
    return event;
  }

  /** Returns at most 1,000 types, most frequent first. */
  types(tenant: TenantContext, filter: MetricEventFilter): Promise<TypeUse[]> {
    return this.repository.types(tenant, filter);
  }

  figures(tenant: TenantContext, filter: MetricEventFilter): Promise<EventFigures> {
    return this.repository.figures(tenant, filter);
  }

  /**
   * Reads all events that match a filter, oldest first, in pages of at most 1,000. Without an end, the range ends 5 minutes
   * after the call, because an export could otherwise never finish while events arrive.
   */
  async *pages(tenant: TenantContext, filter: MetricEventFilter, withTexts: boolean): AsyncGenerator<MetricEvent[]> {
    const to = Math.min(filter.to ?? Infinity, this.clock.now() + MAX_AHEAD_MS);
    let position: { time: number; id: string } | undefined;
    for (;;) {
      const page = await this.repository.list(tenant, { ...filter, to }, PAGE_ROWS, {
        withTexts,
        order: 'ASC',
        position,
      });
      yield page;
      const last = page.at(-1);
      if (!last || page.length < PAGE_ROWS) return;
      position = { time: last.timestamp, id: last.id };
    }
  }
}
