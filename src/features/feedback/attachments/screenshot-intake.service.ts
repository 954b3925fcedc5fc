import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { SpoolService } from '#ingest';
import { bytesOfDataUrl, tooLarge } from './data-url.js';
import { type ImageHeader, ScreenshotRefusedError, readHeader } from './images.js';

/** A screenshot as it was sent: a data URL or bytes, which are undefined if they were too large to keep in memory. */
export type SentScreenshot = { path: string; dataUrl: string } | { path: string; bytes: Buffer | undefined };

export interface AcceptedScreenshot {
  bytes: Buffer;
  header: ImageHeader;
}

/** A screenshot that was refused, and why. */
export interface IntakeWarning {
  path: string;
  code: string;
  message: string;
}

/** Share of the spool that screenshots may fill. The rest is reserved for texts. */
const SCREENSHOT_SHARE = 0.8;

/**
 * Checks the size, type and header of screenshots before they are stored. They are decoded later, in the background.
 */
@Injectable()
export class ScreenshotIntake {
  constructor(
    private readonly config: FeedbackLoopConfig,
    private readonly spool: SpoolService,
  ) {}

  /**
   * Accepts or refuses each screenshot separately. `surplus` is the number of files beyond the limit, which were not
   * read.
   */
  async check(
    sent: readonly SentScreenshot[],
    surplus: number,
  ): Promise<{ screenshots: AcceptedScreenshot[]; warnings: IntakeWarning[] }> {
    const screenshots: AcceptedScreenshot[] = [];
    const warnings: IntakeWarning[] = [];
    const {
      feedback: { screenshotMaxCount },
    } = this.config;
    for (const [i, screenshot] of sent.entries()) {
      const { path } = screenshot;
      try {
        if (i >= screenshotMaxCount)
          throw new ScreenshotRefusedError('too_many', `must not be more than ${screenshotMaxCount} screenshots`);
        if (!this.hasRoom) throw new ScreenshotRefusedError('no_room', 'cannot be stored now; the text is recorded');
        const bytes = this.bytesOf(screenshot);
        screenshots.push({ bytes, header: await readHeader(bytes) });
      } catch (error) {
        if (!(error instanceof ScreenshotRefusedError)) throw error;
        warnings.push({ path, code: error.code, message: error.message });
      }
    }
    if (surplus > 0)
      warnings.push({
        path: 'screenshot',
        code: 'too_many',
        message: `must not be more than ${screenshotMaxCount} screenshots`,
      });
    return { screenshots, warnings };
  }

  /** Whether the spool has room for screenshots. */
  private get hasRoom(): boolean {
    const { bytes, maxBytes, rows } = this.spool.stats;
    return rows === 0 || bytes < maxBytes * SCREENSHOT_SHARE;
  }

  private bytesOf(screenshot: SentScreenshot): Buffer {
    const {
      feedback: { screenshotMaxBytes },
    } = this.config;
    if ('dataUrl' in screenshot) return bytesOfDataUrl(screenshot.dataUrl, screenshotMaxBytes);
    if (screenshot.bytes === undefined) throw tooLarge(screenshotMaxBytes);
    return screenshot.bytes;
  }
}
