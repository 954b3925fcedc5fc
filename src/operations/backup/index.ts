export { type BackupOptions, checkBackup, makeBackup } from './make-backup.js';
export { restoreBackup, RestoreUnconfirmedError } from './restore-backup.js';
