import { type Static, Type } from '@sinclair/typebox';

export const LegacyHealthSchema = Type.Object(
  {
    status: Type.String(),
    version: Type.String(),
    database: Type.Object({
      status: Type.Unsafe<'ok' | 'error'>({ type: 'string', enum: ['ok', 'error'] }),
      backend: Type.Unsafe<'sqlite' | 'postgresql'>({ type: 'string', enum: ['sqlite', 'postgresql'] }),
      total_metrics: Type.Integer({ description: 'Number of metric events.' }),
      database_size_mb: Type.Unsafe<number | null>({ type: ['number', 'null'] }),
    }),
  },
  { $id: 'LegacyHealth' },
);
export type LegacyHealth = Static<typeof LegacyHealthSchema>;
