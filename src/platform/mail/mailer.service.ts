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

const CONNECT_MS = 5000;
const ANSWER_MS = 10_000;

/** Sends mail by the server of FL_SMTP_URL; without one it says so and sends nothing. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly sending = new Set<Promise<boolean>>();
  private readonly transport: Transporter | undefined;

  constructor(
    private readonly config: FeedbackLoopConfig,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {
    if (config.mail.smtpUrl === undefined) return;
    this.transport = createTransport({
      url: config.mail.smtpUrl,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      socketTimeout: ANSWER_MS,
      // Texts are ours: nothing of them may name a file or an address to fetch.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  get enabled(): boolean {
    return this.transport !== undefined;
  }

  /** Whether the mail server took it. Never throws: what is mailed can also be had in another way. */
  send(mail: Mail): Promise<boolean> {
    const sending = this.deliver(mail).finally(() => this.sending.delete(sending));
    this.sending.add(sending);
    return sending;
  }

  /** What is on its way arrives. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.sending);
  }

  private async deliver(mail: Mail): Promise<boolean> {
    if (!this.transport) return false;
    try {
      await this.transport.sendMail({ from: this.config.mail.from, ...mail });
      return true;
    } catch (error) {
      // The message of an SMTP error may repeat the address.
      this.logger.warn({ code: codeOf(error) ?? 'unknown' }, 'a mail could not be sent');
      return false;
    }
  }
}
