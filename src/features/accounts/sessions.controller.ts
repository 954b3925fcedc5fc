import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotFoundError } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { apiSchema } from '#http';
import { APP_LOGGER, type AppLogger } from '#observability';
import {
  Caller,
  limitHeaders,
  type Principal,
  Public,
  RateLimiter,
  RateLimitError,
  Scopes,
  type Session,
  Unlimited,
} from '#security';
import {
  ChangePasswordSchema,
  changePasswordValidator,
  ChoosePasswordSchema,
  choosePasswordValidator,
  DoneSchema,
  LoginSchema,
  loginValidator,
  ResetSchema,
  resetValidator,
  type SessionResource,
  SessionSchema,
  toSessionResource,
} from './dto/accounts.schema.js';
import { refuseForeignPage } from './forgery.js';
import { clearedCookies, sessionCookie, sessionTokenOf } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';
import { UsersService } from './users.service.js';

const NO_STORE = { 'cache-control': 'no-store' };
const DONE = { success: true };

/** Signing in and out of the pages for people. */
@ApiTags('People')
@Unlimited()
@Controller('admin/api')
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly limiter: RateLimiter,
    private readonly config: FeedbackLoopConfig,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  @Post('login')
  @HttpCode(200)
  @Public()
  @ApiOperation({
    operationId: 'login',
    summary: 'Sign in',
    description:
      'Sets the session cookie: `__Host-fl` over TLS, `admin_session` without. Counted by IP address; too many wrong passwords for ' +
      'one address are answered with 429 for a while.',
  })
  @ApiBody({ schema: apiSchema(LoginSchema) })
  @ApiOkResponse({ schema: apiSchema(SessionSchema) })
  async login(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResource> {
    await this.countAttempt(request, reply);
    const { publicUrl } = this.config;
    refuseForeignPage(request, publicUrl);
    const session = await this.sessions.signIn(loginValidator.parse(body), sessionTokenOf(request));
    const seconds = this.config.sessionHours * 3600;
    void reply.headers(NO_STORE).header('set-cookie', sessionCookie(request, publicUrl, session.token, seconds));
    return toSessionResource(session);
  }

  @Post('logout')
  @HttpCode(200)
  @Scopes('read', 'review', 'admin')
  @ApiOperation({ operationId: 'logout', summary: 'Sign out' })
  @ApiOkResponse({ schema: apiSchema(DoneSchema) })
  async logout(
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ success: boolean }> {
    await this.sessions.signOut(caller, requireSession(caller));
    void reply.headers({ ...NO_STORE, 'clear-site-data': '"cache", "storage"' });
    void reply.header('set-cookie', clearedCookies(request, this.config.publicUrl));
    return DONE;
  }

  @Get('session')
  @Scopes('read', 'review', 'admin')
  @ApiOperation({ operationId: 'get_session', summary: 'Who is signed in, and the token that changes need' })
  @ApiOkResponse({ schema: apiSchema(SessionSchema) })
  get(@Caller() caller: Principal, @Res({ passthrough: true }) reply: FastifyReply): SessionResource {
    void reply.headers(NO_STORE);
    return toSessionResource(requireSession(caller));
  }

  @Post('session/password')
  @HttpCode(200)
  @Scopes('read', 'review', 'admin')
  @ApiOperation({ operationId: 'change_password', summary: 'Change one’s own password; signs out everywhere' })
  @ApiBody({ schema: apiSchema(ChangePasswordSchema) })
  @ApiOkResponse({ schema: apiSchema(DoneSchema) })
  async changePassword(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ success: boolean }> {
    await this.countAttempt(request, reply);
    const { current_password, new_password } = changePasswordValidator.parse(body);
    await this.users.changePassword(caller, requireSession(caller).user, current_password, new_password);
    void reply.headers(NO_STORE).header('set-cookie', clearedCookies(request, this.config.publicUrl));
    return DONE;
  }

  @Post('password')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'choose_password', summary: 'Choose a password by an invitation or reset link' })
  @ApiBody({ schema: apiSchema(ChoosePasswordSchema) })
  @ApiOkResponse({ schema: apiSchema(DoneSchema) })
  async choosePassword(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ success: boolean }> {
    await this.countAttempt(request, reply);
    const { password, token } = choosePasswordValidator.parse(body);
    await this.users.choosePassword(token, password);
    void reply.headers(NO_STORE);
    return DONE;
  }

  @Post('password/reset')
  @HttpCode(202)
  @Public()
  @ApiOperation({
    operationId: 'reset_password',
    summary: 'Have a link mailed that lets one choose a new password',
    description:
      'Answers the same whether somebody has that address. Needs FL_SMTP_URL; without it, ask an administrator.',
  })
  @ApiBody({ schema: apiSchema(ResetSchema) })
  async reset(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ success: boolean }> {
    await this.countAttempt(request, reply);
    const { email, tenant } = resetValidator.parse(body);
    // Not waited for: the time must not tell whether a mail is sent.
    this.users.mailReset(tenant, email).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'a link to reset a password could not be made');
    });
    return DONE;
  }

  /** Whoever tries passwords or links uses up what the address may ask without a key. */
  private async countAttempt(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      void reply.headers(limitHeaders(await this.limiter.takeFailure(request.ip)));
    } catch (error) {
      if (error instanceof RateLimitError) void reply.headers(limitHeaders(error.states));
      throw error;
    }
  }
}

function requireSession({ session }: Principal): Session {
  if (!session) throw new NotFoundError('A session');
  return session;
}
