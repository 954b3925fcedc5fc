export { ImportProgress, openFile, readLines } from './import-file.js';
export { OlderImportService } from './older/older-import.service.js';
export { TransferModule } from './transfer.module.js';
export { type ImportOptions, type ImportReport, TransferService } from './transfer.service.js';
