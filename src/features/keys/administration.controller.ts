import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Page } from '#kernel';
import { apiSchema, PageQuery, StrictInput, UuidPipe } from '#http';
import { IdempotencyKey, IdempotencyService, makeOnce } from '#ingest';
import { Caller, type Principal, Scopes, Unlimited } from '#security';
import {
  AuditPageSchema,
  CreateKeySchema,
  createKeyValidator,
  CreateTenantSchema,
  createTenantValidator,
  KeyPageSchema,
  type KeyResource,
  KeySchema,
  NewKeySchema,
  NewTenantSchema,
  TenantPageSchema,
  toAuditResource,
  toKeyResource,
  toNewKeyResource,
  toNewTenantResource,
  toSettings,
  toTenantResource,
} from './dto/keys.schema.js';
import { KeysAdministrationService } from './keys-administration.service.js';

/** The answer holds a secret: no cache between here and its owner may keep it. */
const NO_STORE = { 'cache-control': 'no-store' };
const ID = { name: 'id', schema: { type: 'string', format: 'uuid' } } as const;

@ApiTags('Administration')
@StrictInput()
@Unlimited()
@Scopes('admin')
@Controller('admin/api')
export class AdministrationController {
  constructor(
    private readonly keys: KeysAdministrationService,
    private readonly idempotency: IdempotencyService,
  ) {}

  @Post('keys')
  @ApiOperation({ operationId: 'create_key', summary: 'Make a key; its secret is shown once' })
  @ApiBody({ schema: apiSchema(CreateKeySchema) })
  @ApiCreatedResponse({ schema: apiSchema(NewKeySchema) })
  async createKey(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnType<typeof toNewKeyResource>> {
    void reply.headers(NO_STORE);
    const settings = toSettings(createKeyValidator.parse(body));
    return makeOnce(
      this.idempotency,
      reply,
      { tenant: caller, key, operation: 'create_key', body },
      toNewKeyResource,
      (claim) => this.keys.create(caller, settings, claim),
    );
  }

  @Get('keys')
  @ApiOperation({ operationId: 'list_keys', summary: 'Keys of the tenant, newest first' })
  @ApiOkResponse({ schema: apiSchema(KeyPageSchema) })
  async listKeys(@Caller() caller: Principal, @Query() query: PageQuery): Promise<Page<KeyResource>> {
    const page = await this.keys.list(caller, query.limit, query.cursor);
    return { ...page, data: page.data.map(toKeyResource) };
  }

  @Get('keys/:id')
  @ApiOperation({ operationId: 'get_key', summary: 'One key' })
  @ApiParam(ID)
  @ApiOkResponse({ schema: apiSchema(KeySchema) })
  async getKey(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<KeyResource> {
    return toKeyResource(await this.keys.get(caller, id));
  }

  @Post('keys/:id/rotate')
  @ApiOperation({
    operationId: 'rotate_key',
    summary: 'Make a second key with the same settings; the first stays good until it is revoked',
  })
  @ApiParam(ID)
  @ApiCreatedResponse({ schema: apiSchema(NewKeySchema) })
  async rotateKey(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnType<typeof toNewKeyResource>> {
    void reply.headers(NO_STORE);
    const request = { tenant: caller, key, operation: `rotate_key ${id}`, body: null };
    return makeOnce(this.idempotency, reply, request, toNewKeyResource, (claim) => this.keys.rotate(caller, id, claim));
  }

  @Delete('keys/:id')
  @ApiOperation({ operationId: 'revoke_key', summary: 'Revoke a key: at once here, within a minute on other replicas' })
  @ApiParam(ID)
  @ApiOkResponse({ schema: apiSchema(KeySchema) })
  async revokeKey(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<KeyResource> {
    return toKeyResource(await this.keys.revoke(caller, id));
  }

  @Get('audit')
  @ApiOperation({ operationId: 'list_audit', summary: 'What was done with administrative rights, newest first' })
  @ApiOkResponse({ schema: apiSchema(AuditPageSchema) })
  async listAudit(
    @Caller() caller: Principal,
    @Query() query: PageQuery,
  ): Promise<Page<ReturnType<typeof toAuditResource>>> {
    const page = await this.keys.listAudit(caller, query.limit, query.cursor);
    return { ...page, data: page.data.map(toAuditResource) };
  }

  @Post('tenants')
  @Scopes('platform')
  @ApiOperation({ operationId: 'create_tenant', summary: 'Make a tenant and the key its administrator begins with' })
  @ApiBody({ schema: apiSchema(CreateTenantSchema) })
  @ApiCreatedResponse({ schema: apiSchema(NewTenantSchema) })
  async createTenant(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnType<typeof toNewTenantResource>> {
    void reply.headers(NO_STORE);
    const wanted = createTenantValidator.parse(body);
    const request = { tenant: caller, key, operation: 'create_tenant', body };
    return makeOnce(this.idempotency, reply, request, toNewTenantResource, (claim) =>
      this.keys.createTenant(caller, wanted, claim),
    );
  }

  @Get('tenants')
  @Scopes('platform')
  @ApiOperation({ operationId: 'list_tenants', summary: 'All tenants, oldest first' })
  @ApiOkResponse({ schema: apiSchema(TenantPageSchema) })
  async listTenants(@Query() query: PageQuery): Promise<Page<ReturnType<typeof toTenantResource>>> {
    const page = await this.keys.listTenants(query.limit, query.cursor);
    return { ...page, data: page.data.map(toTenantResource) };
  }
}
