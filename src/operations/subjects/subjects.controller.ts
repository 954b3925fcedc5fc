import { Controller, Delete, Get, Param, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { BINARY, FileRoute, ResourceRoute, StrictInput } from '#http';
import { Caller, type Principal, Scopes } from '#security';
import { CertificateSchema, SubjectIdSchema, toCertificateResource, toSubject } from './dto/subject.schema.js';
import { ErasureService } from './erasure.service.js';
import { SubjectExport } from './subject-export.service.js';

/** Export and erasure for a data subject, which is identified by its `user_id`. */
@ApiTags('Data subjects')
@StrictInput()
@Scopes('admin')
@Controller('api/v1/subjects')
export class SubjectsController {
  constructor(
    private readonly exports: SubjectExport,
    private readonly erasures: ErasureService,
  ) {}

  @Get(':id/export')
  @FileRoute({
    operationId: 'export_subject',
    summary: 'Export everything that is stored about a data subject',
    description:
      'The archive holds one JSON file per store with everything that an erasure would remove, and the screenshots. Names of other people are left out.',
    path: { id: SubjectIdSchema },
    content: { 'application/zip': BINARY },
  })
  async export(@Caller() caller: Principal, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const zip = await this.exports.zip(caller, toSubject(id));
    await reply
      .type('application/zip')
      .header('content-disposition', 'attachment; filename="subject.zip"')
      .header('cache-control', 'no-store')
      .send(zip);
  }

  @Delete(':id')
  @ResourceRoute({
    operationId: 'erase_subject',
    summary: 'Erase a data subject from every store',
    description:
      'Takes two seconds, because records may still be on their way; other servers empty their spools within a minute. Earlier records ' +
      'that arrive later are not stored, even when the subject is unknown (404). A repetition returns the same certificate.',
    path: { id: SubjectIdSchema },
    returns: CertificateSchema,
  })
  async erase(@Caller() caller: Principal, @Param('id') id: string): Promise<ReturnType<typeof toCertificateResource>> {
    return toCertificateResource(await this.erasures.erase(caller, toSubject(id)));
  }
}
