import { Type } from '@sinclair/typebox';

export const StateSchema = Type.Object({ status: Type.String({ example: 'healthy' }) });

export const DetailedHealthSchema = Type.Object({
  status: Type.String({ enum: ['healthy', 'degraded', 'unhealthy', 'draining'] }),
  version: Type.String(),
  uptime_seconds: Type.Integer(),
  components: Type.Record(Type.String(), Type.Object({ status: Type.String({ enum: ['up', 'down'] }) }), {
    description: 'Each with figures of its own.',
  }),
});

export const OlderHealthSchema = Type.Object({
  status: Type.String(),
  version: Type.String(),
  database: Type.Object({
    status: Type.String({ enum: ['ok', 'error'] }),
    backend: Type.String({ enum: ['sqlite', 'postgresql'] }),
    total_metrics: Type.Integer({ description: 'Custom metric events.' }),
    database_size_mb: Type.Unsafe<number | null>({ type: ['number', 'null'] }),
  }),
});
