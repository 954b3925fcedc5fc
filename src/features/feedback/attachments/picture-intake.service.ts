import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { SpoolService } from '#ingest';
import { bytesOfDataUrl, tooLarge } from './data-url.js';
import { type PictureHeader, PictureRefused, readHeader } from './pictures.js';

/** A picture as it was sent: a data URL, bytes, or undefined when it was too large to be kept in memory. */
export type SentPicture = { path: string; dataUrl: string } | { path: string; bytes: Buffer | undefined };

export interface AcceptedPicture {
  bytes: Buffer;
  header: PictureHeader;
}

/** What was not taken, and why. */
export interface IntakeWarning {
  path: string;
  code: string;
  message: string;
}

const PICTURE_SHARE = 0.8;

/** Looks at pictures before they are kept: size, first bytes and header. They are decoded later, in the background. */
@Injectable()
export class PictureIntake {
  constructor(
    private readonly config: FeedbackLoopConfig,
    private readonly spool: SpoolService,
  ) {}

  /** `surplus` more were sent than may be. A picture is accepted or refused for itself. */
  async check(
    sent: readonly SentPicture[],
    surplus: number,
  ): Promise<{ pictures: AcceptedPicture[]; warnings: IntakeWarning[] }> {
    const pictures: AcceptedPicture[] = [];
    const warnings: IntakeWarning[] = [];
    const {
      feedback: { screenshotMaxCount },
    } = this.config;
    for (const [i, picture] of sent.entries()) {
      const { path } = picture;
      try {
        if (i >= screenshotMaxCount)
          throw new PictureRefused('too_many', `must not be more than ${screenshotMaxCount} pictures`);
        if (!this.hasRoom) throw new PictureRefused('no_room', 'cannot be kept at this moment; the text is');
        const bytes = this.bytesOf(picture);
        pictures.push({ bytes, header: await readHeader(bytes) });
      } catch (error) {
        if (!(error instanceof PictureRefused)) throw error;
        warnings.push({ path, code: error.code, message: error.message });
      }
    }
    if (surplus > 0)
      warnings.push({
        path: 'screenshot',
        code: 'too_many',
        message: `must not be more than ${screenshotMaxCount} pictures`,
      });
    return { pictures, warnings };
  }

  /** The spool is for texts when it is nearly full. */
  private get hasRoom(): boolean {
    const { bytes, maxBytes, rows } = this.spool.stats;
    return rows === 0 || bytes < maxBytes * PICTURE_SHARE;
  }

  private bytesOf(picture: SentPicture): Buffer {
    const {
      feedback: { screenshotMaxBytes },
    } = this.config;
    if ('dataUrl' in picture) return bytesOfDataUrl(picture.dataUrl, screenshotMaxBytes);
    if (picture.bytes === undefined) throw tooLarge(screenshotMaxBytes);
    return picture.bytes;
  }
}
