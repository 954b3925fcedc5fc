import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotFoundError } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { SuccessSchema } from '#http';
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
  LoginSchema,
  loginValidator,
  ResetSchema,
  resetValidator,
  type SessionResource,
  SessionSchema,
  toSessionResource,
} from './dto/accounts.schema.js';
import { refuseCrossSiteRequest } from './forgery.js';
import { PasswordRoute, SessionRoute } from './account-routes.js';
import { clearedCookies, sessionCookie, sessionTokenOf } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';
import { UsersService } from './users.service.js';

const NO_STORE = { 'cache-control': 'no-store' };
const DONE = { success: true };

/** Signs users in and out, and lets them change their password. */
@ApiTags('Users')
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
  @PasswordRoute({
    operationId: 'login',
    summary: 'Sign in',
    description:
      'Sets the session cookie: `__Host-fl` over TLS, `admin_session` otherwise. Returns 429 for a while after too many wrong passwords for one user.',
    body: LoginSchema,
    returns: SessionSchema,
  })
  async login(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionResource> {
    await this.countAttempt(request, reply);
    const {
      accounts: { publicUrl },
    } = this.config;
    refuseCrossSiteRequest(request, publicUrl);
    const session = await this.sessions.signIn(loginValidator.parse(body), sessionTokenOf(request));
    const seconds = this.config.accounts.sessionHours * 3600;
    void reply.headers(NO_STORE).header('set-cookie', sessionCookie(request, publicUrl, session.token, seconds));
    return toSessionResource(session);
  }

  @Post('logout')
  @HttpCode(200)
  @Scopes('read', 'review', 'admin')
  @SessionRoute({
    operationId: 'logout',
    summary: 'Sign out',
    description: 'Ends the session and clears its cookie.',
    returns: SuccessSchema,
  })
  async logout(
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ success: boolean }> {
    await this.sessions.signOut(caller, requireSession(caller));
    void reply.headers({ ...NO_STORE, 'clear-site-data': '"cache", "storage"' });
    void reply.header('set-cookie', clearedCookies(request, this.config.accounts.publicUrl));
    return DONE;
  }

  @Get('session')
  @Scopes('read', 'review', 'admin')
  @SessionRoute({
    operationId: 'get_session',
    summary: 'Get the user who is signed in and the CSRF token',
    description: 'Requests that change data with the session cookie require the CSRF token in `X-CSRF-Token`.',
    returns: SessionSchema,
  })
  get(@Caller() caller: Principal, @Res({ passthrough: true }) reply: FastifyReply): SessionResource {
    void reply.headers(NO_STORE);
    return toSessionResource(requireSession(caller));
  }

  @Post('session/password')
  @HttpCode(200)
  @Scopes('read', 'review', 'admin')
  @SessionRoute({
    operationId: 'change_password',
    summary: 'Change your own password',
    description: 'Signs you out everywhere.',
    body: ChangePasswordSchema,
    returns: SuccessSchema,
  })
  async changePassword(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ success: boolean }> {
    await this.countAttempt(request, reply);
    const { current_password, new_password } = changePasswordValidator.parse(body);
    await this.users.changePassword(caller, requireSession(caller).user, current_password, new_password);
    void reply.headers(NO_STORE).header('set-cookie', clearedCookies(request, this.config.accounts.publicUrl));
    return DONE;
  }

  @Post('password')
  @HttpCode(200)
  @Public()
  @PasswordRoute({
    operationId: 'choose_password',
    summary: 'Choose a password with the token of an invitation or a reset',
    description: 'Each token works once.',
    body: ChoosePasswordSchema,
    returns: SuccessSchema,
  })
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
  @PasswordRoute({
    operationId: 'reset_password',
    summary: 'Mail a link to choose a new password',
    description:
      'The response is the same whether or not a user has the address. Requires FL_SMTP_URL; without it, ask an administrator for a link.',
    body: ResetSchema,
    returns: SuccessSchema,
    status: 202,
  })
  async reset(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ success: boolean }> {
    await this.countAttempt(request, reply);
    const { email, tenant } = resetValidator.parse(body);
    // Not awaited, so that the time does not reveal whether a mail is sent.
    this.users.mailReset(tenant, email).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'failed to create a link to reset a password');
    });
    return DONE;
  }

  /**
   * Counts an attempt as a failed authentication of the address, so that passwords and links cannot be guessed quickly.
   */
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
