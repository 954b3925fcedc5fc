import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { etagOf, type Page, versionOf } from '#kernel';
import { apiSchema, PageQuery, StrictInput, UuidPipe } from '#http';
import { IdempotencyKey, IdempotencyService, makeOnce } from '#ingest';
import { Caller, type Principal, Scopes, Unlimited } from '#security';
import {
  ChangeUserSchema,
  changeUserValidator,
  CreateUserSchema,
  createUserValidator,
  DoneSchema,
  NewUserSchema,
  PasswordLinkSchema,
  toInvitedResource,
  toLinkResource,
  toUserResource,
  UserPageSchema,
  type UserResource,
  UserSchema,
} from './dto/accounts.schema.js';
import type { UserLink } from './user.js';
import { UsersService } from './users.service.js';

const NO_STORE = { 'cache-control': 'no-store' };
const ID = { name: 'id', schema: { type: 'string', format: 'uuid' } } as const;
const IF_MATCH = {
  name: 'If-Match',
  required: true,
  description: 'The ETag of the version that was seen, or `*`.',
  schema: { type: 'string' },
} as const;

@ApiTags('People')
@StrictInput()
@Unlimited()
@Scopes('admin')
@Controller('admin/api/users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly idempotency: IdempotencyService,
  ) {}

  @Post()
  @ApiOperation({
    operationId: 'create_user',
    summary: 'Invite somebody; the link is shown once, and mailed when it can be',
  })
  @ApiBody({ schema: apiSchema(CreateUserSchema) })
  @ApiCreatedResponse({ schema: apiSchema(NewUserSchema) })
  async create(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnType<typeof toInvitedResource>> {
    const { email, name, password, role } = createUserValidator.parse(body);
    const wanted = { email, name: name?.trim() ?? email, role, password };
    void reply.headers({ ...NO_STORE, etag: etagOf(1) });
    const request = { tenant: caller, key, operation: 'create_user', body };
    return makeOnce(this.idempotency, reply, request, toInvitedResource, (claim) =>
      this.users.create(caller, wanted, claim),
    );
  }

  @Get()
  @ApiOperation({ operationId: 'list_users', summary: 'People of the tenant, newest first' })
  @ApiOkResponse({ schema: apiSchema(UserPageSchema) })
  async list(@Caller() caller: Principal, @Query() query: PageQuery): Promise<Page<UserResource>> {
    const page = await this.users.list(caller, query.limit, query.cursor);
    return { ...page, data: page.data.map(toUserResource) };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'get_user', summary: 'One person' })
  @ApiParam(ID)
  @ApiOkResponse({ schema: apiSchema(UserSchema) })
  async get(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResource> {
    const user = await this.users.get(caller, id);
    void reply.header('etag', etagOf(user.version));
    return toUserResource(user);
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'change_user', summary: 'Change name or role, disable or enable' })
  @ApiParam(ID)
  @ApiHeader(IF_MATCH)
  @ApiBody({ schema: apiSchema(ChangeUserSchema) })
  @ApiOkResponse({ schema: apiSchema(UserSchema) })
  async change(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResource> {
    const change = changeUserValidator.parse(body);
    await this.users.get(caller, id);
    const user = await this.users.update(caller, id, versionOf(ifMatch), change);
    void reply.header('etag', etagOf(user.version));
    return toUserResource(user);
  }

  @Delete(':id')
  @ApiOperation({ operationId: 'delete_user', summary: 'Delete somebody, and sign them out' })
  @ApiParam(ID)
  @ApiHeader(IF_MATCH)
  @ApiOkResponse({ schema: apiSchema(DoneSchema) })
  async remove(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<{ success: boolean }> {
    await this.users.get(caller, id);
    await this.users.remove(caller, id, versionOf(ifMatch));
    return { success: true };
  }

  @Post(':id/password-link')
  @HttpCode(201)
  @ApiOperation({
    operationId: 'make_password_link',
    summary: 'Make a link by which they choose a password: a new invitation, or a reset. Older links end.',
  })
  @ApiParam(ID)
  @ApiCreatedResponse({ schema: apiSchema(PasswordLinkSchema) })
  async link(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnType<typeof toLinkResource>> {
    void reply.headers(NO_STORE);
    const request = { tenant: caller, key, operation: `password_link ${id}`, body: null };
    return makeOnce<UserLink, ReturnType<typeof toLinkResource>>(
      this.idempotency,
      reply,
      request,
      toLinkResource,
      (claim) => this.users.makeLink(caller, id, claim),
    );
  }
}
