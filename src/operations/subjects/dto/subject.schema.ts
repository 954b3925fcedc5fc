import { type Static, Type } from '@sinclair/typebox';
import { formatTime, ValidationError } from '#kernel';
import { BACKUPS_KEPT_MS, type ErasureCertificate } from '../subject.js';

export const CertificateSchema = Type.Object({
  certificate_id: Type.String({ format: 'uuid' }),
  subject_hash: Type.String({ description: 'Names the subject to this installation alone.' }),
  erased_at: Type.String({ format: 'date-time' }),
  removed: Type.Unsafe<Record<string, number>>({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'How many, by store.',
  }),
  backups_may_hold_until: Type.String({ format: 'date-time', description: 'Seven days after it was erased.' }),
});

export function toCertificateResource(certificate: ErasureCertificate): Static<typeof CertificateSchema> {
  return {
    certificate_id: certificate.certificateId,
    subject_hash: certificate.subjectHash,
    erased_at: formatTime(certificate.erasedAt),
    removed: certificate.removed,
    backups_may_hold_until: formatTime(certificate.erasedAt + BACKUPS_KEPT_MS),
  };
}

/** @throws ValidationError */
export function toSubject(id: string): string {
  if (id.includes('\0') || !id.isWellFormed())
    throw new ValidationError([{ path: 'id', message: 'must not contain a NUL character (U+0000)' }]);
  if (id.length < 1 || id.length > 128)
    throw new ValidationError([{ path: 'id', message: 'must have 1 to 128 characters' }]);
  return id;
}
