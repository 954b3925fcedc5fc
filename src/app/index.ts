export { createApp } from './app.factory.js';
export { OpenApiDocuments } from './openapi.js';
export { startServer } from './server.js';
