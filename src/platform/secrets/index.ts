export * from './field-cipher.js';
export * from './secrets.js';
export * from './secrets.module.js';
export * from './sealed-tables.js';
