export { createApp } from './app.factory.js';
export { OpenApiDocuments } from './open-api-documents.service.js';
export { startServer } from './server.js';
