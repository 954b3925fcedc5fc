import type { INestApplicationContext } from '@nestjs/common';
import { InvalidArgumentError } from 'commander';
import { parseTime, type TenantContext } from '#kernel';
import { TRANSFER_KINDS, type TransferKind } from '#persistence';

export const DEFAULT_TENANT = 'default';
export const KINDS = TRANSFER_KINDS.join(', ');

export function toKind(value: string): TransferKind {
  if (!(TRANSFER_KINDS as readonly string[]).includes(value)) throw new InvalidArgumentError(`must be one of ${KINDS}`);
  return value as TransferKind;
}

export function toTime(value: string): number {
  const time = parseTime(value);
  if (time === undefined) throw new InvalidArgumentError('must be an ISO 8601 time such as 2026-01-31T00:00:00Z');
  return time;
}

/**
 * Returns the given format, or else the format that the file name ends with.
 *
 * @throws InvalidArgumentError if unknown
 */
export function formatOf<Format extends string>(
  formats: readonly Format[],
  file: string,
  given: string | undefined,
): Format {
  const extension = given ?? (/\.([a-z]+)$/i.exec(file)?.[1] ?? '').toLowerCase();
  const format = formats.find((each) => each === (extension === 'ndjson' ? 'jsonl' : extension));
  if (format) return format;
  throw new InvalidArgumentError(`The name of ${file} does not show its format: say --format ${formats.join('|')}.`);
}

/** Finds the tenant that a command names. @throws NotFoundError if it does not exist */
export async function tenantNamed(
  app: INestApplicationContext,
  slug: string,
): Promise<TenantContext & { createdAt: number }> {
  const { KeysAdministrationService } = await import('#keys');
  const { createdAt, id } = await app.get(KeysAdministrationService).tenantBySlug(slug);
  return { tenantId: id, createdAt };
}
