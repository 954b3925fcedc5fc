import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { AcceptedFiles, BulkRow } from '#persistence';
import { ScreenshotIntake } from '../attachments/screenshot-intake.service.js';
import { screenshotRow } from '../intake.service.js';
import { SCREENSHOTS } from '../feedback.table.js';

/** Imports the screenshots of feedback from a file or a legacy system, with the same checks as for submitted ones. */
@Injectable()
export class ScreenshotImport {
  constructor(private readonly intake: ScreenshotIntake) {}

  /**
   * Returns the rows of the screenshots in `files`, which are Base64 or data URLs. Refused screenshots are only
   * counted.
   */
  async toRows(tenant: TenantContext, row: BulkRow, files: readonly string[]): Promise<AcceptedFiles> {
    const { screenshots, warnings } = await this.intake.check(
      files.map((dataUrl, n) => ({ path: `screenshots.${n}`, dataUrl })),
      0,
    );
    const id = String(row.id);
    const rows = screenshots.map((screenshot, n) => ({
      ...screenshotRow(tenant, id, n, screenshot, row.created_at as number),
      id: screenshotId(id, n),
    }));
    return {
      row: { ...row, has_screenshot: rows.length > 0 },
      groups: rows.length > 0 ? [{ insert: SCREENSHOTS.insert, rows }] : [],
      accepted: rows.length,
      refused: warnings.length,
    };
  }
}

/** Derives the id from that of the submission, so that a repeated import does not create a second screenshot. */
function screenshotId(id: string, n: number): string {
  const last = BigInt(`0x${id.slice(24)}`) ^ BigInt(n + 1);
  return `${id.slice(0, 24)}${last.toString(16).padStart(12, '0')}`;
}
