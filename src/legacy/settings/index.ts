export { acceptLegacySettings } from './setting-aliases.js';
