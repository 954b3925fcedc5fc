import { Type } from '@sinclair/typebox';

export const StateSchema = Type.Object(
  {
    status: Type.String({ example: 'healthy' }),
    detail: Type.Optional(
      Type.String({ description: 'What keeps the server from taking traffic until a person acts, with its settings.' }),
    ),
  },
  { $id: 'HealthState' },
);

const ComponentSchema = Type.Object(
  { status: Type.String({ enum: ['up', 'down'] }) },
  { $id: 'ComponentHealth', additionalProperties: true, description: 'Each component adds its own figures.' },
);

export const DetailedHealthSchema = Type.Object(
  {
    status: Type.String({ enum: ['healthy', 'degraded', 'unhealthy', 'draining'] }),
    version: Type.String(),
    uptime_seconds: Type.Integer(),
    components: Type.Record(Type.String(), ComponentSchema, { description: 'By name.' }),
  },
  { $id: 'DetailedHealth' },
);

const MetricSchema = Type.Object(
  {
    name: Type.String({ example: 'feedback_loop_predictions_total' }),
    help: Type.String(),
    type: Type.String({ enum: ['counter', 'gauge', 'histogram', 'summary'] }),
    aggregator: Type.String(),
    values: Type.Array(
      Type.Object({
        value: Type.Unsafe<number | null>({ type: ['number', 'null'], description: 'Null when it is not a number.' }),
        labels: Type.Unsafe<Record<string, string | number>>({
          type: 'object',
          additionalProperties: { type: ['string', 'number'] },
        }),
        metricName: Type.Optional(Type.String({ description: 'Name of the series, where a metric has several.' })),
      }),
    ),
  },
  { $id: 'Metric' },
);
export const MetricsSchema = Type.Array(MetricSchema, { $id: 'MetricList' });
