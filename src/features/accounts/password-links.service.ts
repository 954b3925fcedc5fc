import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { Mailer } from '#mail';
import type { User } from '#security';
import type { PasswordLink } from './user.js';

/** Builds links with which users choose a password, and mails them. */
@Injectable()
export class PasswordLinks {
  constructor(
    private readonly config: FeedbackLoopConfig,
    private readonly mailer: Mailer,
  ) {}

  get canMail(): boolean {
    return this.mailer.enabled;
  }

  /** Returns the link for a token. `expiresAt` is in milliseconds since 1970. */
  of(token: string, expiresAt: number): PasswordLink {
    // The token is in the fragment, so that it appears neither in server logs nor in a Referer header.
    return { token, link: `${this.base}/admin/password#token=${token}`, expiresAt, mailed: this.mailer.enabled };
  }

  /** Mails a link without waiting: the caller has the link already, or must not learn whether one was sent. */
  mail({ email, name }: User, { expiresAt, link }: PasswordLink): void {
    const until = new Date(expiresAt).toISOString().slice(0, 16).replace('T', ' ');
    void this.mailer.send({
      to: email,
      subject: 'Choose a password for feedback-loop',
      text: `Hello ${name},\n\nchoose your password with this link. It is valid until ${until} UTC:\n\n${link}\n\nIf you did not expect this mail, ignore it. Nothing will change.\n`,
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
