export { createApp, readCertificate } from './app.factory.js';
export { buildApiDocuments } from './openapi/build-documents.js';
export { prepareApp, serve, startServer } from './server.js';
