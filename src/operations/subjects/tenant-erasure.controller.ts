import { Controller, Delete, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ProblemResponses, ResourceRoute, UUID, UuidPipe } from '#http';
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
  @ResourceRoute({
    operationId: 'erase_tenant',
    summary: 'Erase a tenant and all its data',
    description:
      'Its API keys stop working within a minute. The first tenant cannot be erased (409). A repetition returns the same certificate.',
    path: { id: UUID },
    returns: CertificateSchema,
  })
  @ProblemResponses(409)
  async erase(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
  ): Promise<ReturnType<typeof toCertificateResource>> {
    return toCertificateResource(await this.erasures.erase({ tenantId: id.toLowerCase() }, actorOf(caller)));
  }
}
