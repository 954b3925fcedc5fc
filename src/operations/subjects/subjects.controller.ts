import { Controller, Delete, Get, Param, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { apiSchema, StrictInput } from '#http';
import { Caller, type Principal, Scopes } from '#security';
import { CertificateSchema, toCertificateResource, toSubject } from './dto/subject.schema.js';
import { ErasureService } from './erasure.service.js';
import { SubjectExport } from './subject-export.service.js';

/** What the owner of data may demand: a subject is a `user_id`. */
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
  @ApiOperation({
    operationId: 'export_subject',
    summary: 'Everything that is stored of a subject: a ZIP of JSON and pictures',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', minLength: 1, maxLength: 128 } })
  @ApiProduces('application/zip')
  @ApiOkResponse({ content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } } })
  async export(@Caller() caller: Principal, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const zip = await this.exports.zip(caller, toSubject(id));
    await reply
      .type('application/zip')
      .header('content-disposition', 'attachment; filename="subject.zip"')
      .header('cache-control', 'no-store')
      .send(zip);
  }

  @Delete(':id')
  @ApiOperation({
    operationId: 'erase_subject',
    summary: 'Erase a subject from every store',
    description:
      'Takes two seconds: so long a record may be on its way. Other servers empty their spools of the subject within a minute. 404 when nothing is ' +
      'known of the subject; what arrives later from before is not stored all the same. A repetition answers the same certificate.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', minLength: 1, maxLength: 128 } })
  @ApiOkResponse({ schema: apiSchema(CertificateSchema) })
  async erase(@Caller() caller: Principal, @Param('id') id: string): Promise<ReturnType<typeof toCertificateResource>> {
    return toCertificateResource(await this.erasures.erase(caller, toSubject(id)));
  }
}
