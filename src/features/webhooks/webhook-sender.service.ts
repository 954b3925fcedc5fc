import { codeOf, formatTime, VERSION } from '#kernel';
import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { FeedbackLoopConfig } from '#config';
import { type Delivery, type SigningWebhook } from './webhook.js';
import { type Target, WebhookAddresses } from './webhook-address.js';

const TIMEOUT_MS = 5000;
const MAX_RESPONSE_BYTES = 65_536;
/** Time after which an idle connection is closed. Short, so that a host that moved is found at its new address. */
const KEPT_OPEN_MS = 4000;
/** Time for which a checked address is used without another DNS lookup. */
const CHECKED_MS = 1000;

export interface SendResult {
  delivered: boolean;
  status: number | null;
  /** Short reason for a failure. It never contains text from the receiver. */
  error: string | null;
}

/**
 * Sends deliveries.
 *
 * - Every request goes to a checked address, is signed, and follows no redirect. An address counts as checked for one
 *   second.
 * - A request takes at most 5 seconds and reads at most 64 KiB of the response. Connections are reused.
 */
@Injectable()
export class WebhookSender implements OnModuleDestroy {
  readonly addresses: WebhookAddresses;
  private readonly agents = {
    'http:': new HttpAgent({ keepAlive: true, timeout: KEPT_OPEN_MS }),
    'https:': new HttpsAgent({ keepAlive: true, timeout: KEPT_OPEN_MS }),
  };
  private readonly checked = new LRUCache<string, Promise<Target>>({ max: 1000, ttl: CHECKED_MS });

  constructor(config: FeedbackLoopConfig) {
    this.addresses = new WebhookAddresses(config.webhooks.allow);
  }

  onModuleDestroy(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  /** Sends one delivery. `now` is in milliseconds since 1970. A failure is returned, not thrown. */
  async send(
    webhook: SigningWebhook,
    delivery: Pick<Delivery, 'id' | 'event' | 'createdAt' | 'data'>,
    now: number,
  ): Promise<SendResult> {
    let target: Target;
    try {
      target = await this.check(webhook.url);
    } catch {
      return { delivered: false, status: null, error: 'address refused' };
    }
    const body = JSON.stringify({
      id: delivery.id,
      type: delivery.event,
      created_at: formatTime(delivery.createdAt),
      tenant: webhook.tenantId,
      data: delivery.data,
    });
    const signed = signature(webhook.secret, body, now);
    try {
      // A receiver may close an idle connection just when it is used again. Then a new one is tried.
      const status = await this.post(target, body, signed).catch((error: unknown) =>
        error instanceof StaleConnectionError ? this.post(target, body, signed, true) : Promise.reject(error as Error),
      );
      const delivered = status >= 200 && status < 300;
      return { delivered, status, error: delivered ? null : `status ${status}` };
    } catch (error) {
      return { delivered: false, status: null, error: reasonOf(error) };
    }
  }

  private check(url: string): Promise<Target> {
    const known = this.checked.get(url);
    if (known) return known;
    const target = this.addresses.check(url);
    this.checked.set(url, target);
    return target;
  }

  private post(target: Target, body: string, signed: string, isNewConnection = false): Promise<number> {
    const { url } = target;
    const agent = isNewConnection ? false : this.agents[url.protocol as 'http:' | 'https:'];
    return post(target, body, signed, agent);
  }
}

/** The receiver closed a kept connection before it responded. */
class StaleConnectionError extends Error {}

/** Returns `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. `now` is in milliseconds since 1970. */
export function signature(secret: string, body: string, now: number): string {
  const time = Math.floor(now / 1000);
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`;
}

function post(
  { address, family, url }: Target,
  body: string,
  signed: string,
  agent: HttpAgent | HttpsAgent | false,
): Promise<number> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method: 'POST',
      // Uses the checked address, because the name may resolve to another one by now.
      lookup: (_host, options, callback) => {
        if (typeof options === 'object' && options.all)
          (callback as unknown as (e: null, all: object[]) => void)(null, [{ address, family }]);
        else callback(null, address, family);
      },
      agent,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': `feedback-loop/${VERSION}`,
        'x-fl-signature': signed,
      },
    });
    const timer = setTimeout(() => {
      const error = Object.assign(new Error('too slow'), { code: 'ETIMEDOUT' });
      reject(error);
      call.destroy(error);
    }, TIMEOUT_MS);
    let hasResponse = false;
    // If the receiver expects another protocol, `close` is the only event.
    call.once('close', () => {
      if (hasResponse) return;
      clearTimeout(timer);
      reject(Object.assign(new Error('closed without a response'), { code: 'ECONNRESET' }));
    });
    call.on('error', (error) => {
      clearTimeout(timer);
      const isStale = call.reusedSocket && !hasResponse && codeOf(error) !== 'ETIMEDOUT';
      reject(isStale ? new StaleConnectionError() : error);
    });
    call.once('response', (response) => {
      hasResponse = true;
      let bytes = 0;
      const done = (): void => {
        clearTimeout(timer);
        resolve(response.statusCode ?? 0);
      };
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        // Only the status matters.
        if (bytes > MAX_RESPONSE_BYTES) response.destroy();
      });
      response.once('close', done);
      response.on('error', () => undefined);
    });
    call.end(body);
  });
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  return code !== undefined && /^[A-Z_0-9]{2,40}$/.test(code) ? code : 'failed';
}
