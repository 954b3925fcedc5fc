import { type Static, Type } from '@sinclair/typebox';
import { formatTime, ValidationError } from '#kernel';
import { BACKUP_RETENTION_MS, type ErasureCertificate } from '../subject.js';

/** The `user_id` whose data is exported or erased. */
export const SubjectIdSchema = Type.String({ $id: 'SubjectId', minLength: 1, maxLength: 128 });

export const CertificateSchema = Type.Object(
  {
    certificate_id: Type.String({ format: 'uuid' }),
    subject_hash: Type.String({
      description: 'Identifies the subject only to this installation; `*` for a whole tenant.',
    }),
    erased_at: Type.String({ format: 'date-time' }),
    removed: Type.Unsafe<Record<string, number>>({
      type: 'object',
      additionalProperties: { type: 'integer' },
      description: 'Number of erased records by store.',
    }),
    backups_may_hold_until: Type.String({ format: 'date-time', description: 'Seven days after the erasure.' }),
  },
  { $id: 'ErasureCertificate' },
);

export function toCertificateResource(certificate: ErasureCertificate): Static<typeof CertificateSchema> {
  return {
    certificate_id: certificate.certificateId,
    subject_hash: certificate.subjectHash,
    erased_at: formatTime(certificate.erasedAt),
    removed: certificate.removed,
    backups_may_hold_until: formatTime(certificate.erasedAt + BACKUP_RETENTION_MS),
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
