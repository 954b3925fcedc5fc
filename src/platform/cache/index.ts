export { Cached, type Dated, ResultCache } from './result-cache.service.js';
export { SharedCache } from './shared-cache.service.js';
export { TieredCache } from './tiered-cache.js';
