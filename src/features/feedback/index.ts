export { BlobMover } from './attachments/blob-mover.service.js';
export type { BlobStoreName } from './attachments/blob-store.js';
export { submitRules, SubmitSchema, type Submitted } from './dto/submit.schema.js';
export { FeedbackModule } from './feedback.module.js';
export { IntakeService } from './intake.service.js';
export { maxSubmissionBytes } from './submit-limits.js';
export { SubmitRoute, SubmitRoutes } from './submit-routes.js';
