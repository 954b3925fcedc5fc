import { Inject, Injectable } from '@nestjs/common';
import { APP_LOGGER, type AppLogger } from '#observability';

/**
 * Detects `X-Forwarded-For` from a peer that is not a trusted proxy. Either the header is forged, or FL_TRUSTED_PROXIES
 * is missing.
 */
@Injectable()
export class ForwardedHeaders {
  private count = 0;

  constructor(@Inject(APP_LOGGER) private readonly logger: AppLogger) {}

  /** Number of requests since the start whose header was ignored. */
  get untrusted(): number {
    return this.count;
  }

  recordUntrusted(): void {
    this.count += 1;
    if (this.count > 1) return;
    this.logger.warn(
      { remedy: 'Behind a reverse proxy, set FL_TRUSTED_PROXIES to its addresses. Otherwise ignore this message.' },
      'X-Forwarded-For from an address that is not a trusted proxy is ignored',
    );
  }
}
