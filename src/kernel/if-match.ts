import { AppError } from './errors.js';

/** 428: a change needs `If-Match`, so that no client overwrites a version that it has not seen. */
export class PreconditionRequiredError extends AppError {
  constructor() {
    super({
      code: 'precondition_required',
      status: 428,
      title: 'Precondition required',
      detail: 'Send If-Match with the ETag of the version that you have seen, or "*".',
      errors: [{ path: 'If-Match', message: 'is required' }],
    });
  }
}

/** 412: another request changed the resource after the caller read it. */
export class PreconditionFailedError extends AppError {
  constructor() {
    super({
      code: 'precondition_failed',
      status: 412,
      title: 'Precondition failed',
      detail: 'The resource has changed: read it again.',
      errors: [{ path: 'If-Match', message: 'is not the current version' }],
    });
  }
}

/** Returns the `ETag` of a version. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Returns the version that `If-Match` names, or undefined for `*`, which matches any version.
 *
 * - refuses a list of several tags, because it cannot name one current version
 *
 * @throws PreconditionRequiredError without the header
 * @throws PreconditionFailedError for a tag that this server cannot have issued
 */
export function parseIfMatch(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '') throw new PreconditionRequiredError();
  if (ifMatch.trim() === '*') return undefined;
  // A proxy that compresses makes the tag weak. Ours identify content, not bytes, so a weak tag is as good.
  const version = /^\s*(?:W\/)?"(\d{1,9})"\s*$/.exec(ifMatch)?.[1];
  if (version === undefined) throw new PreconditionFailedError();
  return Number(version);
}

/** @throws PreconditionFailedError when `expected` is given and is not the current version */
export function requireVersion(current: number, expected: number | undefined): void {
  if (expected !== undefined && expected !== current) throw new PreconditionFailedError();
}

/** Returns whether `If-None-Match` names the tag. The comparison is weak, as RFC 9110 (13.1.2) requires. */
export function matchesIfNoneMatch(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((each) => ['*', tag, `W/${tag}`].includes(each.trim()));
}
