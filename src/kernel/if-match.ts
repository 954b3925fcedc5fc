import { AppError } from './errors.js';

/** 428: changing this needs `If-Match`, so that nobody overwrites what they have not seen. */
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

/** 412: somebody else changed it meanwhile. */
export class PreconditionFailedError extends AppError {
  constructor() {
    super({
      code: 'precondition_failed',
      status: 412,
      title: 'Precondition failed',
      detail: 'It was changed meanwhile: read it again.',
      errors: [{ path: 'If-Match', message: 'is not the current version' }],
    });
  }
}

/** The `ETag` of a version. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * The version that `If-Match` names; undefined for `*`, any version. A list of several is refused as none of ours.
 * @throws PreconditionRequiredError without the header, PreconditionFailedError for what is no version of ours
 */
export function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '') throw new PreconditionRequiredError();
  if (ifMatch.trim() === '*') return undefined;
  // Proxies that compress make a validator weak; ours name content, not bytes.
  const version = /^\s*(?:W\/)?"(\d{1,9})"\s*$/.exec(ifMatch)?.[1];
  if (version === undefined) throw new PreconditionFailedError();
  return Number(version);
}

/** @throws PreconditionFailedError */
export function requireVersion(current: number, wanted: number | undefined): void {
  if (wanted !== undefined && wanted !== current) throw new PreconditionFailedError();
}

/** Whether `If-None-Match` names the tag, weakly compared, as RFC 9110 (13.1.2) wants it. */
export function isKnown(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((each) => ['*', tag, `W/${tag}`].includes(each.trim()));
}
