export { createApp } from './app.factory.js';
export { OpenApiDocuments } from './open-api-documents.service.js';
export { prepareApp, serve, startServer } from './server.js';
