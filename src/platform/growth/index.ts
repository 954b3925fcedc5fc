export { type TableGrowth, toGrowthResource } from './growth.js';
export { GrowthModule } from './growth.module.js';
export { GrowthService } from './growth.service.js';
