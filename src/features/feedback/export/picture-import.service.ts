import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import type { AcceptedFiles, BulkRow } from '#persistence';
import { PictureIntake } from '../attachments/picture-intake.service.js';
import { pictureRow } from '../intake.service.js';
import { SCREENSHOTS } from '../feedback.table.js';

/** Pictures of feedback that comes from a file or an older system: looked at like those that are sent. */
@Injectable()
export class PictureImport {
  constructor(private readonly intake: PictureIntake) {}

  /** `files`: base64, or data URLs. */
  async take(tenant: TenantContext, row: BulkRow, files: readonly string[]): Promise<AcceptedFiles> {
    const { pictures, warnings } = await this.intake.check(
      files.map((dataUrl, n) => ({ path: `screenshots.${n}`, dataUrl })),
      0,
    );
    const id = String(row.id);
    const rows = pictures.map((picture, n) => ({
      ...pictureRow(tenant, id, n, picture, row.created_at as number),
      id: pictureId(id, n),
    }));
    return {
      row: { ...row, has_screenshot: rows.length > 0 },
      groups: rows.length > 0 ? [{ insert: SCREENSHOTS.insert, rows }] : [],
      accepted: rows.length,
      refused: warnings.length,
    };
  }
}

/** Of the id of its submission: the same when it is imported again. */
function pictureId(id: string, n: number): string {
  const last = BigInt(`0x${id.slice(24)}`) ^ BigInt(n + 1);
  return `${id.slice(0, 24)}${last.toString(16).padStart(12, '0')}`;
}
