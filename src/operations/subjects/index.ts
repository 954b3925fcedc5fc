export { ErasureLedger } from './erasure-ledger.service.js';
export { ErasureReapplyService } from './erasure-reapply.service.js';
export { ErasureService } from './erasure.service.js';
export { BACKUP_RETENTION_MS } from './subject.js';
export { SubjectsModule } from './subjects.module.js';
export { TenantErasureService } from './tenant-erasure.service.js';
