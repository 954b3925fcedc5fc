export { TrainingModule } from './training-sets.module.js';
