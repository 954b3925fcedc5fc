export * from './import-file.js';
export * from './older/older-import.service.js';
export * from './transfer.module.js';
export * from './transfer.service.js';
