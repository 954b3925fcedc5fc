export { TrainingSetsModule } from './training-sets.module.js';
