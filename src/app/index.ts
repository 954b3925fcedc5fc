export * from './app.factory.js';
export * from './openapi.js';
export * from './server.js';
