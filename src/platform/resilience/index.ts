export { type BreakerState, DependencyPolicy, DependencyUnavailableError } from './dependency-policy.js';
