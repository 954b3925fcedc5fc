import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, type TenantContext } from '#kernel';
import { FeedbackRepository } from '../inbox/feedback.repository.js';
import type { InboxFilter } from '../inbox/inbox.js';
import type { Submission } from '../submission.js';

const PAGE_ROWS = 1000;

/** Reads all feedback that matches a filter, oldest first, with constant memory. */
@Injectable()
export class ExportService {
  constructor(
    private readonly repository: FeedbackRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Returns pages of at most 1,000 submissions. Submissions received after the call are left out. */
  async *pages(tenant: TenantContext, filter: InboxFilter): AsyncGenerator<Submission[]> {
    const until = Math.min(filter.to ?? Infinity, this.clock.now() + 1);
    let position: { time: number; id: string } | undefined;
    for (;;) {
      const page = await this.repository.list(tenant, { ...filter, to: until }, PAGE_ROWS, { order: 'ASC', position });
      yield page;
      const last = page.at(-1);
      if (!last || page.length < PAGE_ROWS) return;
      position = { time: last.createdAt, id: last.id };
    }
  }
}
