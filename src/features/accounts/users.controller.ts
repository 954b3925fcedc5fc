import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { etagOf, type Page, parseIfMatch } from '#kernel';
import { PagedListRoute, PageQuery, ResourceRoute, StrictInput, SuccessSchema, UUID, UuidPipe } from '#http';
import { CreateRoute, IdempotencyKey, RecordingService, respond } from '#ingest';
import { Caller, type Principal, Scopes, Unlimited } from '#security';
import {
  ChangeUserSchema,
  changeUserValidator,
  CreateUserSchema,
  createUserValidator,
  NewUserSchema,
  PasswordLinkSchema,
  toInvitedResource,
  toLinkResource,
  toUserResource,
  type UserResource,
  UserSchema,
} from './dto/accounts.schema.js';
import { UsersService } from './users.service.js';

const NO_STORE = { 'cache-control': 'no-store' };
const USER = { path: { id: UUID }, returns: UserSchema, etag: true };

@ApiTags('Users')
@StrictInput()
@Unlimited()
@Scopes('admin')
@Controller('admin/api/users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly recording: RecordingService,
  ) {}

  @Post()
  @CreateRoute({
    operationId: 'create_user',
    summary: 'Create or invite a user',
    description:
      'Without a password, the user is invited to choose one. The response contains the link, which is also mailed if FL_SMTP_URL is set.',
    body: CreateUserSchema,
    returns: NewUserSchema,
    etag: true,
  })
  async create(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnType<typeof toInvitedResource>> {
    const { email, name, password, role } = createUserValidator.parse(body);
    const wanted = { email, name: name?.trim() ?? email, role, password };
    void reply.headers({ ...NO_STORE, etag: etagOf(1) });
    const request = { key, operation: 'create_user', body };
    const plan = () => this.users.planUser(caller, wanted);
    return respond(reply, await this.recording.change(caller, request, plan, toInvitedResource));
  }

  @Get()
  @PagedListRoute({
    operationId: 'list_users',
    summary: 'List users, newest first',
    description: 'The list covers the tenant of the caller.',
    of: UserSchema,
  })
  async list(@Caller() caller: Principal, @Query() query: PageQuery): Promise<Page<UserResource>> {
    const page = await this.users.list(caller, query.limit, query.cursor);
    return { ...page, data: page.data.map(toUserResource) };
  }

  @Get(':id')
  @ResourceRoute({
    operationId: 'get_user',
    summary: 'Get a user',
    description: 'The `ETag` of the response is the version of the user.',
    ...USER,
  })
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
  @ResourceRoute({
    operationId: 'change_user',
    summary: 'Change the name or role of a user, or disable the user',
    description: 'Only the fields in the body change.',
    body: ChangeUserSchema,
    ...USER,
    ifMatch: true,
  })
  async change(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserResource> {
    const change = changeUserValidator.parse(body);
    await this.users.get(caller, id);
    const user = await this.users.update(caller, id, parseIfMatch(ifMatch), change);
    void reply.header('etag', etagOf(user.version));
    return toUserResource(user);
  }

  @Delete(':id')
  @ResourceRoute({
    operationId: 'delete_user',
    summary: 'Delete a user',
    description: 'All sessions of the user end.',
    path: { id: UUID },
    returns: SuccessSchema,
    ifMatch: true,
  })
  async remove(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<{ success: boolean }> {
    await this.users.get(caller, id);
    await this.users.remove(caller, id, parseIfMatch(ifMatch));
    return { success: true };
  }

  @Post(':id/password-link')
  @HttpCode(201)
  @CreateRoute({
    operationId: 'make_password_link',
    summary: 'Create a link with which a user chooses a password',
    description: 'Serves as a new invitation or as a reset. Previous links stop working.',
    path: { id: UUID },
    returns: PasswordLinkSchema,
  })
  async link(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReturnType<typeof toLinkResource>> {
    void reply.headers(NO_STORE);
    const request = { key, operation: `password_link ${id}`, body: null };
    const plan = () => this.users.planLink(caller, id);
    return respond(reply, await this.recording.change(caller, request, plan, toLinkResource));
  }
}
