export * from './backup-file.js';
export * from './make-backup.js';
export * from './restore-backup.js';
