import { Module } from '@nestjs/common';
import { IngestModule } from '#ingest';
import { LabelsModule } from '#labels';
import { StoredTables } from '#persistence';
import { BlobMaintenance } from './attachments/blob-maintenance.job.js';
import { BlobMover } from './attachments/blob-mover.service.js';
import { Blobs } from './attachments/blobs.service.js';
import { ScreenshotCache } from './attachments/screenshot-cache.service.js';
import { ScreenshotIntake } from './attachments/screenshot-intake.service.js';
import { ScreenshotProcessor } from './attachments/screenshot-processor.job.js';
import { SubjectScreenshots } from './attachments/subject-screenshots.service.js';
import { ScreenshotsRepository } from './attachments/screenshots.repository.js';
import { ExportService } from './export/export.service.js';
import { TRANSFER_FEEDBACK } from './export/feedback-transfer.js';
import { ScreenshotImport } from './export/screenshot-import.service.js';
import { CleanupRepository } from './inbox/cleanup.repository.js';
import { CleanupService } from './inbox/cleanup.service.js';
import { FeedbackRepository } from './inbox/feedback.repository.js';
import { InboxController } from './inbox/inbox.controller.js';
import { InboxService } from './inbox/inbox.service.js';
import { StorageController } from './inbox/storage.controller.js';
import { IntakeService } from './intake.service.js';
import { PendingSubmissionsRepository } from './pending-submissions.repository.js';
import { PendingSubmissions } from './pending-submissions.job.js';
import { SearchIndexRepository } from './search-index.repository.js';
import { SpamCheck } from './spam-check.service.js';
import { HISTORY, SCREENSHOTS, SUBMISSIONS } from './feedback.table.js';
import { SubmitAccess } from './submit-access.service.js';
import { SubmitController } from './submit.controller.js';

@Module({
  imports: [IngestModule, LabelsModule],
  controllers: [InboxController, StorageController, SubmitController],
  providers: [
    BlobMaintenance,
    BlobMover,
    Blobs,
    CleanupRepository,
    CleanupService,
    ExportService,
    FeedbackRepository,
    InboxService,
    IntakeService,
    PendingSubmissions,
    PendingSubmissionsRepository,
    ScreenshotCache,
    ScreenshotImport,
    ScreenshotIntake,
    ScreenshotProcessor,
    ScreenshotsRepository,
    SearchIndexRepository,
    SpamCheck,
    SubjectScreenshots,
    SubmitAccess,
  ],
  exports: [BlobMover, CleanupService, IntakeService],
})
export class FeedbackModule {
  constructor(
    tables: StoredTables,
    screenshots: SubjectScreenshots,
    imports: ScreenshotImport,
    search: SearchIndexRepository,
  ) {
    tables.register(SUBMISSIONS, {
      transfer: { ...TRANSFER_FEEDBACK, withFiles: (tenant, row, files) => imports.toRows(tenant, row, files) },
      files: (tenant, ids) => screenshots.of(tenant, ids),
      clearCaches: async (tenant, removed) => {
        await screenshots.clear(tenant);
        if (removed.feedback ?? removed.feedback_submissions) await search.purge();
      },
      onExpired: () => search.purge(),
    });
    tables.register(SCREENSHOTS);
    tables.register(HISTORY);
  }
}
