import { createHash } from 'node:crypto';
import { Body, Controller, Delete, HttpCode, Param, Put, Query, Res } from '@nestjs/common';
import { ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { ValidationError } from '#kernel';
import { StrictInput, UUID, UuidPipe } from '#http';
import { RecordingService, RecordRoute, respond } from '#ingest';
import { Caller, FeedbackTokenAllowed, FeedbackTokens, type Principal, Publishable, Scopes } from '#security';
import { toVoteInput, type Voted, VotedSchema, VoteSchema, voteValidator } from './dto/vote.schema.js';
import { type VoteChange, VotesService } from './votes.service.js';

const VOTE = {
  path: { id: UUID },
  returns: VotedSchema,
  accepted: 'Recorded in the spool, or the prediction has not arrived: `link` is `pending` until it does.',
};

class WithdrawQuery {
  @ApiPropertyOptional({ description: 'The rater, if the vote was sent with a `user_id`.' })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  user_id?: string;
}

@ApiTags('Votes and labels')
@StrictInput()
@Scopes('ingest')
@Publishable()
@FeedbackTokenAllowed()
@Controller('api/v1/predictions/:id/feedback')
export class VotesController {
  constructor(
    private readonly votes: VotesService,
    private readonly recording: RecordingService,
    private readonly tokens: FeedbackTokens,
  ) {}

  @Put()
  @HttpCode(201)
  @RecordRoute({
    operationId: 'vote',
    summary: 'Vote on a prediction, or change the vote',
    description: 'The rater is the first of these that is present: the feedback token, `user_id`, the API key.',
    body: VoteSchema,
    ...VOTE,
  })
  async put(
    @Caller() sender: Principal,
    @Param('id', UuidPipe) id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Voted> {
    const caller = this.tokens.prove(sender, id);
    const vote = toVoteInput(voteValidator.parse(body));
    return this.record(caller, { predictionId: id, rater: raterOf(caller, vote.userId), vote }, reply);
  }

  @Delete()
  @RecordRoute({
    operationId: 'withdraw_vote',
    summary: 'Withdraw a vote',
    description: 'The request succeeds even if there is no vote.',
    status: 200,
    ...VOTE,
  })
  async remove(
    @Caller() sender: Principal,
    @Param('id', UuidPipe) id: string,
    @Query() query: WithdrawQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Voted> {
    const caller = this.tokens.prove(sender, id);
    return this.record(caller, { predictionId: id, rater: raterOf(caller, query.user_id), vote: null }, reply);
  }

  private async record(caller: Principal, change: VoteChange, reply: FastifyReply): Promise<Voted> {
    const answer = await this.recording.run(
      caller,
      { key: undefined, operation: 'vote', body: null },
      () => this.votes.plan(caller, change),
      ({ id, link, persisted }) => ({ success: true, id, link, persisted }),
    );
    return respond(reply, answer);
  }
}

/**
 * Returns the rater of a vote: the feedback token, otherwise the user, otherwise the key. A publishable key is shared by
 * all visitors of a page, so it requires one of the other two.
 * @throws ValidationError when a publishable key comes without token and user
 */
function raterOf({ feedbackToken, keyId, publishable }: Principal, userId: string | null | undefined): string {
  if (feedbackToken !== undefined) return `token:${digest(feedbackToken)}`;
  if (publishable) {
    if (userId == null)
      throw new ValidationError([
        { path: 'user_id', message: 'is required with a publishable key, unless X-Feedback-Token is sent' },
      ]);
    // Any visitor can claim to be this user. A separate rater keeps such a vote from replacing one sent with a secret
    // key.
    return `pub:${keyId}:${digest(userId)}`;
  }
  return userId == null ? `key:${keyId ?? 'none'}` : `user:${userId}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 32);
}
