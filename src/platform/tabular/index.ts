export * from './delimited.js';
export * from './encode.js';
export * from './stream.js';
