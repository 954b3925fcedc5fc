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

/** The one that the file's name tells, unless it is given. */
export function formatOf<Format extends string>(
  formats: readonly Format[],
  file: string,
  given: string | undefined,
): Format {
  const wanted = given ?? (/\.([a-z]+)$/i.exec(file)?.[1] ?? '').toLowerCase();
  const format = formats.find((each) => each === (wanted === 'ndjson' ? 'jsonl' : wanted));
  if (format) return format;
  throw new InvalidArgumentError(
    `The format of ${file} cannot be told from its name: say --format ${formats.join('|')}.`,
  );
}

/** Finds the tenant that a command names. @throws NotFoundError */
export async function tenantNamed(
  app: INestApplicationContext,
  slug: string,
): Promise<TenantContext & { createdAt: number }> {
  const { KeysAdministrationService } = await import('#keys');
  const { createdAt, id } = await app.get(KeysAdministrationService).tenantBySlug(slug);
  return { tenantId: id, createdAt };
}
