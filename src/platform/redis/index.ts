export { RedisConnection } from './redis-connection.service.js';
export { RedisModule } from './redis.module.js';
