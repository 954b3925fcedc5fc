import { codeOf, formatTime, VERSION } from '#kernel';
import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { type Delivery, type SigningWebhook } from './webhook.js';
import { type Target, WebhookAddresses } from './webhook-address.js';

const TIMEOUT_MS = 5000;
const MAX_RESPONSE_BYTES = 65_536;

export interface SendResult {
  delivered: boolean;
  status: number | null;
  /** Short reason for a failure. It never contains text from the receiver. */
  error: string | null;
}

/**
 * Sends deliveries.
 *
 * - Every request goes to a checked address, is signed, and follows no redirect.
 * - A request takes at most 5 seconds and reads at most 64 KiB of the response.
 */
@Injectable()
export class WebhookSender {
  readonly addresses: WebhookAddresses;

  constructor(config: FeedbackLoopConfig) {
    this.addresses = new WebhookAddresses(config.webhooks.allow);
  }

  /** Sends one delivery. `now` is in milliseconds since 1970. A failure is returned, not thrown. */
  async send(
    webhook: SigningWebhook,
    delivery: Pick<Delivery, 'id' | 'event' | 'createdAt' | 'data'>,
    now: number,
  ): Promise<SendResult> {
    let target: Target;
    try {
      target = await this.addresses.check(webhook.url);
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
    try {
      const status = await post(target, body, signature(webhook.secret, body, now));
      const delivered = status >= 200 && status < 300;
      return { delivered, status, error: delivered ? null : `status ${status}` };
    } catch (error) {
      return { delivered: false, status: null, error: reasonOf(error) };
    }
  }
}

/** Returns `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. `now` is in milliseconds since 1970. */
export function signature(secret: string, body: string, now: number): string {
  const time = Math.floor(now / 1000);
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`;
}

function post({ address, family, url }: Target, body: string, signed: string): Promise<number> {
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
      agent: false,
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
      reject(error);
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
