export { Cached, type Dated, ResultCache } from './result-cache.js';
export { SharedCache } from './shared-cache.js';
export { TieredCache } from './tiered-cache.js';
