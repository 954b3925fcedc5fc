export { guardJson, parseJson } from './bodies/body-guards.js';
export { MultipartBody, readMultipart } from './bodies/multipart.js';
export { type NdjsonLine, readJsonLines, readNdjson } from './bodies/ndjson.js';
export { ReadableBodyGuard } from './bodies/readable-body.guard.js';
export { BrokenBodyError } from './bodies/streams.js';
export { AllowedMethods } from './hooks/allowed-methods.registry.js';
export { addCors, hideFromPages } from './hooks/cors.js';
export { Draining } from './hooks/draining.service.js';
export { ForwardedHeaders } from './hooks/forwarded-headers.service.js';
export {
  addHooks,
  addParsers,
  handleClientError,
  handleFrameworkError,
  rejectUnsupportedRequests,
} from './hooks/http-hooks.js';
export { serveMetricsAndProbes } from './hooks/metrics-server.js';
export { HttpModule } from './http.module.js';
export { sendAsset, sendPage } from './pages/web-page.js';
export { ProblemFilter } from './problem/problem.filter.js';
export { toAppError, toProblem } from './problem/problem.js';
export {
  LEGACY_TAG,
  LegacyPath,
  ProblemResponses,
  REQUEST_CONTENT_EXTENSION,
  RequestContent,
  RESPONSE_HEADER_EXTENSION,
  ResponseHeader,
} from './routes/route-facts.js';
export {
  BINARY,
  describeRoute,
  FileRoute,
  PagedListRoute,
  ResourceRoute,
  type ResourceRouteDescription,
  type RouteDescription,
  UUID,
} from './routes/route-kinds.js';
export { IsTime } from './validation/is-time.js';
export { asBoolean, asInteger, asNumber, PageQuery, TextParameter } from './validation/page.query.js';
export { resourceOf } from './validation/resources.js';
export { SchemaValidator } from './validation/schema-validation.js';
export {
  apiSchema,
  fieldChanges,
  optionalJsonObject,
  optionalNumber,
  optionalString,
  ProblemSchema,
  SuccessSchema,
  withoutNames,
} from './validation/schemas.js';
export { UuidPipe } from './validation/uuid.pipe.js';
export { UndeclaredInputGuard } from './validation/undeclared-input.guard.js';
export { LenientInput, StrictInput } from './validation/validation.pipe.js';
export { mustBe } from './validation/wording.js';
