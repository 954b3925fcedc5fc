import { Controller, Delete, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { apiSchema, UuidPipe } from '#http';
import { actorOf, Caller, type Principal, Scopes, Unlimited } from '#security';
import { CertificateSchema, toCertificateResource } from './dto/subject.schema.js';
import { TenantErasureService } from './tenant-erasure.service.js';

@ApiTags('Administration')
@Unlimited()
@Scopes('platform')
@Controller('admin/api/tenants')
export class TenantErasureController {
  constructor(private readonly erasures: TenantErasureService) {}

  @Delete(':id')
  @ApiOperation({
    operationId: 'erase_tenant',
    summary: 'Erase a tenant with everything it has',
    description:
      'Its keys end within a minute. The first tenant stays (409). A repetition answers the same certificate; ' +
      'its `subject_hash` is `*`.',
  })
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @ApiOkResponse({ schema: apiSchema(CertificateSchema) })
  async erase(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
  ): Promise<ReturnType<typeof toCertificateResource>> {
    return toCertificateResource(await this.erasures.erase({ tenantId: id.toLowerCase() }, actorOf(caller)));
  }
}
