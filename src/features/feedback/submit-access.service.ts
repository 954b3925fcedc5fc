import { Injectable } from '@nestjs/common';
import { FeedbackTokens, limitHeaders, type Principal, RateLimiter, RateLimitError } from '#security';

/** Receives the rate limit headers of a response. */
export interface HeaderSink {
  headers(values: Record<string, string>): unknown;
}

/** Decides who may send feedback, and how often. */
@Injectable()
export class SubmitAccess {
  constructor(
    private readonly tokens: FeedbackTokens,
    private readonly limiter: RateLimiter,
  ) {}

  /**
   * Returns the sender, verified by the feedback token if the request has one.
   *
   * @throws AuthenticationError (401) if the token is not valid for the prediction
   */
  verifySender(sender: Principal, predictionId: string | null): Principal {
    return this.tokens.prove(sender, predictionId);
  }

  /**
   * Counts a submission without a key or token, or with a publishable key, and sets the rate limit headers.
   *
   * @throws RateLimitError (429)
   */
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
