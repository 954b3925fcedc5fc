export { LegacyImportService } from './databases/legacy-import.service.js';
export { LegacyModule } from './legacy.module.js';
