import { Inject, Injectable } from '@nestjs/common';
import { APP_LOGGER, type AppLogger } from '#observability';

/** Notices `X-Forwarded-For` from a peer that is no trusted proxy: either somebody lies, or FL_TRUSTED_PROXIES is missing. */
@Injectable()
export class ForwardedHeaders {
  private count = 0;

  constructor(@Inject(APP_LOGGER) private readonly logger: AppLogger) {}

  /** Requests so far whose header was not believed. */
  get untrusted(): number {
    return this.count;
  }

  note(): void {
    this.count += 1;
    if (this.count > 1) return;
    this.logger.warn(
      { remedy: 'Behind a reverse proxy, set FL_TRUSTED_PROXIES to its addresses; without one, ignore this.' },
      'X-Forwarded-For came from an address that is no trusted proxy: it is not believed',
    );
  }
}
