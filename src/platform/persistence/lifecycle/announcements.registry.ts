import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';

/** Something that has happened, for whoever wants to be told. `data` holds ids and figures, never a text. */
export interface Announcement {
  type: string;
  data: Record<string, unknown>;
}

/** What happens outside of the ingest path is announced here; whoever passes it on registers. */
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
