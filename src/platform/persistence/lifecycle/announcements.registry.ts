import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';

/** An event to publish. `data` holds ids and figures, never a text. */
export interface Announcement {
  type: string;
  data: Record<string, unknown>;
}

/** Publishes events that occur outside the ingest path to registered listeners, such as webhooks. */
@Injectable()
export class Announcements {
  private readonly listeners: ((tenant: TenantContext, announcement: Announcement) => Promise<void>)[] = [];

  listen(listener: (tenant: TenantContext, announcement: Announcement) => Promise<void>): void {
    this.listeners.push(listener);
  }

  async announce(tenant: TenantContext, announcement: Announcement): Promise<void> {
    for (const listener of this.listeners) await listener(tenant, announcement);
  }
}
