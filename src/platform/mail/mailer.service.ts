import { codeOf } from '#kernel';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type Transporter } from 'nodemailer';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger } from '#observability';

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

const CONNECT_TIMEOUT_MS = 5000;
const RESPONSE_TIMEOUT_MS = 10_000;

/** Sends mail through the server of FL_SMTP_URL. Without that setting `enabled` is false and nothing is sent. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly pending = new Set<Promise<boolean>>();
  private readonly transport: Transporter | undefined;

  constructor(
    private readonly config: FeedbackLoopConfig,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    if (config.mail.smtpUrl === undefined) return;
    this.transport = createTransport({
      url: config.mail.smtpUrl,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      greetingTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: RESPONSE_TIMEOUT_MS,
      // A mail holds text of this product only; no part of it may name a file or an address to fetch.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  get enabled(): boolean {
    return this.transport !== undefined;
  }

  /** Returns whether the mail server accepted the mail. Never throws: the content can be obtained in another way. */
  send(mail: Mail): Promise<boolean> {
    const sending = this.deliver(mail).finally(() => this.pending.delete(sending));
    this.pending.add(sending);
    return sending;
  }

  /** Waits for the mails that are being sent. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.pending);
  }

  private async deliver(mail: Mail): Promise<boolean> {
    if (!this.transport) return false;
    try {
      await this.transport.sendMail({ from: this.config.mail.from, ...mail });
      return true;
    } catch (error) {
      // The message of an SMTP error may repeat the address.
      this.logger.warn({ code: codeOf(error) ?? 'unknown' }, 'failed to send a mail');
      return false;
    }
  }
}
