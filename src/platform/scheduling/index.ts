export { BackgroundJobs, type JobStatus } from './background-jobs.service.js';
export { DATABASE_STATE } from './database-state.js';
export { SchedulingModule } from './scheduling.module.js';
export { WhileDatabaseUp } from './while-database-up.decorator.js';
