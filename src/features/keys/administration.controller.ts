import { Body, Controller, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Page } from '#kernel';
import { PagedListRoute, PageQuery, ResourceRoute, StrictInput, UUID, UuidPipe } from '#http';
import { CreateRoute, IdempotencyKey, RecordingService, respond } from '#ingest';
import { Caller, type Principal, Scopes, Unlimited } from '#security';
import {
  AuditEntrySchema,
  CreateKeySchema,
  createKeyValidator,
  CreateTenantSchema,
  createTenantValidator,
  type KeyResource,
  KeySchema,
  NewKeySchema,
  NewTenantSchema,
  TenantSchema,
  toAuditResource,
  toKeyResource,
  toNewKeyResource,
  toNewTenantResource,
  toSettings,
  toTenantResource,
} from './dto/keys.schema.js';
import { KeysAdministrationService } from './keys-administration.service.js';

/** Keeps caches from storing a response that contains a secret. */
const NO_STORE = { 'cache-control': 'no-store' };

@ApiTags('Administration')
@StrictInput()
@Unlimited()
@Scopes('admin')
@Controller('admin/api')
export class AdministrationController {
  constructor(
    private readonly keys: KeysAdministrationService,
    private readonly recording: RecordingService,
  ) {}

  @Post('keys')
  @CreateRoute({
    operationId: 'create_key',
    summary: 'Create an API key',
    description: 'The response is the only one that contains the secret.',
    body: CreateKeySchema,
    returns: NewKeySchema,
  })
  async createKey(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnType<typeof toNewKeyResource>> {
    void reply.headers(NO_STORE);
    const settings = toSettings(createKeyValidator.parse(body));
    const request = { key, operation: 'create_key', body };
    const plan = () => this.keys.planKey(caller, settings);
    return respond(reply, await this.recording.change(caller, request, plan, toNewKeyResource));
  }

  @Get('keys')
  @PagedListRoute({
    operationId: 'list_keys',
    summary: 'List API keys, newest first',
    description: 'The list includes revoked and expired keys, but no secrets.',
    of: KeySchema,
  })
  async listKeys(@Caller() caller: Principal, @Query() query: PageQuery): Promise<Page<KeyResource>> {
    const page = await this.keys.list(caller, query.limit, query.cursor);
    return { ...page, data: page.data.map(toKeyResource) };
  }

  @Get('keys/:id')
  @ResourceRoute({
    operationId: 'get_key',
    summary: 'Get an API key',
    description: 'The secret of the key is not included.',
    path: { id: UUID },
    returns: KeySchema,
  })
  async getKey(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<KeyResource> {
    return toKeyResource(await this.keys.get(caller, id));
  }

  @Post('keys/:id/rotate')
  @CreateRoute({
    operationId: 'rotate_key',
    summary: 'Rotate an API key',
    description: 'Creates a key with the same settings. The previous key works until it is revoked.',
    path: { id: UUID },
    returns: NewKeySchema,
  })
  async rotateKey(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnType<typeof toNewKeyResource>> {
    void reply.headers(NO_STORE);
    const request = { key, operation: `rotate_key ${id}`, body: null };
    const plan = () => this.keys.planRotation(caller, id);
    return respond(reply, await this.recording.change(caller, request, plan, toNewKeyResource));
  }

  @Delete('keys/:id')
  @ResourceRoute({
    operationId: 'revoke_key',
    summary: 'Revoke an API key',
    description: 'Takes effect immediately on this server and within a minute on other replicas.',
    path: { id: UUID },
    returns: KeySchema,
  })
  async revokeKey(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<KeyResource> {
    return toKeyResource(await this.keys.revoke(caller, id));
  }

  @Get('audit')
  @PagedListRoute({
    operationId: 'list_audit',
    summary: 'List administrative actions, newest first',
    description: 'The log names the actor, the action and its target.',
    of: AuditEntrySchema,
  })
  async listAudit(
    @Caller() caller: Principal,
    @Query() query: PageQuery,
  ): Promise<Page<ReturnType<typeof toAuditResource>>> {
    const page = await this.keys.listAudit(caller, query.limit, query.cursor);
    return { ...page, data: page.data.map(toAuditResource) };
  }

  @Post('tenants')
  @Scopes('platform')
  @CreateRoute({
    operationId: 'create_tenant',
    summary: 'Create a tenant and the first API key of its administrator',
    description: 'The response is the only one that contains the key.',
    body: CreateTenantSchema,
    returns: NewTenantSchema,
  })
  async createTenant(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnType<typeof toNewTenantResource>> {
    void reply.headers(NO_STORE);
    const wanted = createTenantValidator.parse(body);
    const request = { key, operation: 'create_tenant', body };
    const plan = () => this.keys.planTenant(caller, wanted);
    return respond(reply, await this.recording.change(caller, request, plan, toNewTenantResource));
  }

  @Get('tenants')
  @Scopes('platform')
  @PagedListRoute({
    operationId: 'list_tenants',
    summary: 'List tenants, oldest first',
    description: 'The list covers the whole installation.',
    of: TenantSchema,
  })
  async listTenants(@Query() query: PageQuery): Promise<Page<ReturnType<typeof toTenantResource>>> {
    const page = await this.keys.listTenants(query.limit, query.cursor);
    return { ...page, data: page.data.map(toTenantResource) };
  }
}
