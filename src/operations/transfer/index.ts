export { openFile, readLines } from './import-file.js';
export { ImportProgress } from './import-progress.js';
export { idOf } from './stable-id.js';
export { TransferModule } from './transfer.module.js';
export { type ImportLine, type ImportOptions, type ImportReport, TransferService } from './transfer.service.js';
