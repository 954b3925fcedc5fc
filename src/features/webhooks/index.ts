export { OutboxModule } from './webhooks.module.js';
