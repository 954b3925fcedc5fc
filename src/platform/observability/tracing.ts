import type * as OpenTelemetry from '@opentelemetry/api';
import type { Context, Span, Tracer } from '@opentelemetry/api';
import { VERSION } from '#kernel';
import type { FeedbackLoopConfig } from '#config';

/** Attributes of a span: numbers and words, never a text, a header or the id of a person. */
export type SpanAttributes = Record<string, string | number | boolean>;

interface Backend {
  api: typeof OpenTelemetry;
  tracer: Tracer;
  shutdown(): Promise<void>;
}

/** The parts of a request that spans need. */
export interface TracedRequest {
  method: string;
  /** Headers by lower-case name. */
  headers: Readonly<Record<string, unknown>>;
}

const EXPORT_TIMEOUT_MS = 5000;

/** One for the process, because spans are also created where no dependency injection reaches. */
let backend: Backend | undefined;
const requests = new WeakMap<object, Span>();

/**
 * Starts to export spans over OTLP/HTTP, if FL_OTLP_ENDPOINT is set. Without it no package is loaded, and `traced` only
 * calls its work.
 * @throws Error when the optional OpenTelemetry packages are not installed
 */
export async function startTracing({
  observability: { otlpEndpoint, tracePercent },
}: Pick<FeedbackLoopConfig, 'observability'>): Promise<void> {
  if (otlpEndpoint === undefined) return;
  const [api, sdk, { OTLPTraceExporter }, { AsyncLocalStorageContextManager }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/resources'),
    ]);
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new OTLPTraceExporter({
    url: `${otlpEndpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'feedback-loop', 'service.version': VERSION }),
    // A caller that traces decides; otherwise the given percentage of requests is sampled.
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(tracePercent / 100) }),
    // Bounded: spans that the collector refuses are dropped, not kept in memory.
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  });
  backend = { api, tracer: provider.getTracer('feedback-loop', VERSION), shutdown: () => provider.shutdown() };
}

/** Sends the remaining spans. Never throws, because tracing must not keep a server from stopping. */
export async function stopTracing(): Promise<void> {
  const stopping = backend;
  backend = undefined;
  await stopping?.shutdown().catch(() => undefined);
}

/** Runs `work` in a span if tracing is on. */
export function traced<T>(name: string, attributes: SpanAttributes, work: () => Promise<T>): Promise<T> {
  if (!backend) return work();
  const { api, tracer } = backend;
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: api.SpanStatusCode.ERROR, message: (error as Error).name });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Continues the trace of the caller (W3C Trace Context) or starts one, and runs the rest of the request in it. */
export function traceRequest(request: TracedRequest, next: () => void): void {
  if (!backend) {
    next();
    return;
  }
  const { api, tracer } = backend;
  const parent = remoteParent(api, request.headers.traceparent);
  const span = tracer.startSpan(
    request.method,
    { kind: api.SpanKind.SERVER, attributes: { 'http.request.method': request.method } },
    parent,
  );
  requests.set(request, span);
  api.context.with(api.trace.setSpan(parent, span), next);
}

export function endRequestTrace(
  request: TracedRequest,
  { correlationId, route, status }: { route: string; status: number; correlationId: string },
): void {
  const span = requests.get(request);
  if (!span || !backend) return;
  span.updateName(`${request.method} ${route}`);
  span.setAttributes({ 'http.route': route, 'http.response.status_code': status, correlation_id: correlationId });
  if (status >= 500) span.setStatus({ code: backend.api.SpanStatusCode.ERROR });
  span.end();
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

function remoteParent(api: Backend['api'], header: unknown): Context {
  const root = api.ROOT_CONTEXT;
  const [, traceId, spanId, flags] = (typeof header === 'string' && TRACEPARENT.exec(header)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return root;
  const context = { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
  return api.isSpanContextValid(context) ? api.trace.setSpanContext(root, context) : root;
}
