export { createApp } from './app.factory.js';
export { buildApiDocuments } from './openapi/build-documents.js';
export { startServer } from './server.js';
