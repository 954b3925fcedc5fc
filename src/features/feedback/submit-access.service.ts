import { Injectable } from '@nestjs/common';
import { FeedbackTokens, limitHeaders, type Principal, RateLimiter, RateLimitError } from '#security';

/** Where the limit headers of an answer go. */
export interface HeaderSink {
  headers(values: Record<string, string>): unknown;
}

/** Who may send feedback, and how often. */
@Injectable()
export class SubmitAccess {
  constructor(
    private readonly tokens: FeedbackTokens,
    private readonly limiter: RateLimiter,
  ) {}

  /** @throws AuthenticationError when the feedback token is not good for the prediction */
  prove(sender: Principal, predictionId: string | null): Principal {
    return this.tokens.prove(sender, predictionId);
  }

  /** Counts a submission of somebody without a key or token, or with a publishable key. @throws RateLimitError */
  async count(caller: Principal, ip: string, reply: HeaderSink): Promise<void> {
    const anonymous = caller.keyId === null && caller.feedbackToken === undefined;
    if (!anonymous && !caller.publishable) return;
    try {
      void reply.headers(limitHeaders(await this.limiter.takeFeedback(ip)));
    } catch (error) {
      if (error instanceof RateLimitError) void reply.headers(limitHeaders(error.states));
      throw error;
    }
  }
}
