export * from './dependency-policy.js';
