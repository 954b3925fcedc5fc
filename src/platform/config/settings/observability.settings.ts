import { IsOptional, IsString, IsUrl, Length } from 'class-validator';
import { BooleanVariable, IntegerVariable, OptionalIntegerVariable, Variable } from '../variable.decorator.js';

const ADDRESS = { require_tld: false, require_protocol: true, protocols: ['http', 'https'] };

/** Metrics, traces and error reports. */
export class ObservabilitySettings {
  @BooleanVariable({
    name: 'FL_METRICS_TENANTS',
    description:
      'Adds rows, bytes and growth of the 100 largest tenants to `/metrics`. Whoever may read it then sees the sizes of all of them.',
  })
  metricsByTenant: boolean = false;

  @OptionalIntegerVariable(0, 65_535, {
    name: 'FL_METRICS_PORT',
    description:
      'Serves `/metrics` and the probes without a key on a port of its own, on FL_API_HOST: open it to Prometheus alone. `/metrics` of FL_API_PORT still wants a key.',
    defaultText: 'none',
  })
  metricsPort: number | undefined;

  @Variable({
    name: 'FL_OTLP_ENDPOINT',
    aliases: ['OTEL_EXPORTER_OTLP_ENDPOINT'],
    kind: 'string',
    description: 'OpenTelemetry collector that traces are sent to over OTLP/HTTP, such as `http://collector:4318`.',
    defaultText: 'none: no traces',
    example: 'http://collector:4318',
  })
  @IsOptional()
  @IsUrl(ADDRESS)
  otlpEndpoint: string | undefined;

  @IntegerVariable(0, 100, {
    name: 'FL_TRACE_PERCENT',
    description: 'Share of the requests that are traced when their caller has not decided.',
  })
  tracePercent: number = 10;

  @Variable({
    name: 'FL_SENTRY_DSN',
    kind: 'string',
    secret: true,
    description:
      'Sentry project that errors are reported to: what is logged at level `error`, with its stack, never a body or a text.',
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
