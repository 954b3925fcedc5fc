import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { Mailer } from '#mail';
import type { User } from '#security';
import type { PasswordLink } from './user.js';

/** Where a token is opened, and the mail that brings it. */
@Injectable()
export class PasswordLinks {
  constructor(
    private readonly config: FeedbackLoopConfig,
    private readonly mailer: Mailer,
  ) {}

  get canMail(): boolean {
    return this.mailer.enabled;
  }

  of(token: string, expiresAt: number): PasswordLink {
    // Behind the #, so that it reaches no server log and no Referer.
    return { token, link: `${this.base}/admin/password#token=${token}`, expiresAt, mailed: this.mailer.enabled };
  }

  /** Not waited for: whoever asked has the link, or must not be told whether there is one. */
  mail({ email, name }: User, { expiresAt, link }: PasswordLink): void {
    const until = new Date(expiresAt).toISOString().slice(0, 16).replace('T', ' ');
    void this.mailer.send({
      to: email,
      subject: 'Choose a password for feedback-loop',
      text: `Hello ${name},\n\nchoose your password here, until ${until} UTC:\n\n${link}\n\nIf you did not expect this, ignore it: nothing changes.\n`,
    });
  }

  private get base(): string {
    const {
      server: { host, port, tlsCertPath },
      accounts: { publicUrl },
    } = this.config;
    if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, '');
    const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
    return `${tlsCertPath === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
  }
}
