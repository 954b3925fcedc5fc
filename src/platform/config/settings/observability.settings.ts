import { IsOptional, IsString, IsUrl, Length } from 'class-validator';
import { BooleanVariable, IntegerVariable, OptionalIntegerVariable, Variable } from '../variable.decorator.js';

const ADDRESS = { require_tld: false, require_protocol: true, protocols: ['http', 'https'] };

/** Metrics, traces and error reports. */
export class ObservabilitySettings {
  @BooleanVariable({
    name: 'FL_METRICS_TENANTS',
    description:
      'Adds rows, bytes and growth of the 100 largest tenants to `/metrics`. Everyone who can read `/metrics` then sees the sizes of these tenants.',
  })
  metricsByTenant: boolean = false;

  @BooleanVariable({
    name: 'FL_METRICS_OLDER_NAMES',
    description:
      'Also exposes metrics under their names without the prefix `feedback_loop_`, which dashboards and alerts of previous versions use. The next release turns it off.',
  })
  metricsOlderNames: boolean = true;

  @OptionalIntegerVariable(0, 65_535, {
    name: 'FL_METRICS_PORT',
    description:
      'Port on FL_API_HOST that serves `/metrics` and the probes without a key: open it only to Prometheus. `/metrics` on FL_API_PORT still requires a key.',
    defaultText: 'none',
  })
  metricsPort: number | undefined;

  @Variable({
    name: 'FL_OTLP_ENDPOINT',
    aliases: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    kind: 'string',
    description: 'OpenTelemetry collector that receives traces over OTLP/HTTP, such as `http://collector:4318`.',
    defaultText: 'none: no traces',
    example: 'http://collector:4318',
  })
  @IsOptional()
  @IsUrl(ADDRESS)
  otlpEndpoint: string | undefined;

  @IntegerVariable(0, 100, {
    name: 'FL_TRACE_PERCENT',
    description: 'Percentage of requests that are traced, unless the caller decides in `traceparent`.',
  })
  tracePercent: number = 10;

  @Variable({
    name: 'FL_SENTRY_DSN',
    kind: 'string',
    secret: true,
    description:
      'Sentry project that receives log entries of level `error` with their stack, but never a body or text.',
    defaultText: 'none',
    example: 'https://key@sentry.example.com/1',
  })
  @IsOptional()
  @IsUrl(ADDRESS)
  sentryDsn: string | undefined;

  @Variable({
    name: 'FL_SENTRY_ENVIRONMENT',
    kind: 'string',
    description: 'Name of this installation in Sentry.',
  })
  @IsString()
  @Length(1, 64)
  sentryEnvironment: string = 'production';
}
