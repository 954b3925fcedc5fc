import { Readable } from 'node:stream';
import { Body, Controller, Delete, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Type } from '@sinclair/typebox';
import type { FastifyReply } from 'fastify';
import { type Clock, CLOCK, formatTime, type Page } from '#kernel';
import {
  FileRoute,
  PagedListRoute,
  PageQuery,
  ProblemResponses,
  ResourceRoute,
  StrictInput,
  SuccessSchema,
  UUID,
  UuidPipe,
} from '#http';
import { CreateRoute, IdempotencyKey, RecordingService, respond } from '#ingest';
import { actorOf, Caller, type Principal, Scopes, Unlimited } from '#security';
import { TrainingDataQuery } from './dto/data.query.js';
import * as dto from './dto/training-set.schema.js';
import { TrainingSetsService } from './training-sets.service.js';

/** Manages training sets: labelled texts that are frozen for training. */
@ApiTags('Training sets')
@StrictInput()
@Unlimited()
@Scopes('admin')
@Controller('admin/api/training-sets')
export class TrainingSetsController {
  constructor(
    private readonly sets: TrainingSetsService,
    private readonly recording: RecordingService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @CreateRoute({
    operationId: 'create_training_set',
    summary: 'Freeze labelled texts as a training set',
    description:
      'A set contains at most 100,000 texts, each of them once. Later labels do not change the set; an erasure of its texts revokes it.',
    body: dto.CreateTrainingSetSchema,
    returns: dto.TrainingSetSchema,
  })
  async create(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<dto.TrainingSetResource> {
    const request = dto.createTrainingSetValidator.parse(body);
    const now = this.clock.now();
    const set = {
      name: request.name ?? formatTime(now).slice(0, 10),
      selection: dto.toSelection(request, now),
      createdBy: actorOf(caller),
    };
    const operation = { key, operation: 'create_training_set', body };
    const plan = () => this.sets.planSet(caller, set);
    return respond(reply, await this.recording.change(caller, operation, plan, dto.toTrainingSetResource));
  }

  @Get()
  @PagedListRoute({
    operationId: 'list_training_sets',
    summary: 'List training sets, newest first',
    description: 'Revoked sets are included.',
    of: dto.TrainingSetSchema,
  })
  async list(@Caller() caller: Principal, @Query() query: PageQuery): Promise<Page<dto.TrainingSetResource>> {
    const page = await this.sets.list(caller, query.limit, query.cursor);
    return { ...page, data: page.data.map(dto.toTrainingSetResource) };
  }

  @Get(':id')
  @ResourceRoute({
    operationId: 'get_training_set',
    summary: 'Get a training set with its provenance',
    description: 'The provenance shows what the set is made of and how it is biased.',
    path: { id: UUID },
    returns: dto.TrainingSetSchema,
  })
  async get(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<dto.TrainingSetResource> {
    return dto.toTrainingSetResource(await this.sets.get(caller, id));
  }

  @Get(':id/data')
  @Scopes('read:text')
  @FileRoute({
    operationId: 'get_training_data',
    summary: 'Download a training set',
    description:
      'Returns the same bytes every time, until an erasure revokes the set (409). Then destroy your copies and use the successor.',
    path: { id: UUID },
    content: { 'application/x-ndjson': Type.String({ description: 'One JSON object for each text.' }) },
  })
  @ProblemResponses(409)
  async data(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Query() { split }: TrainingDataQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const lines = this.sets.lines(caller, id, split);
    // The first chunk is empty. Reading it reports a missing or revoked set before the response starts.
    await lines.next();
    await reply
      .type('application/x-ndjson')
      .header('content-disposition', `attachment; filename="training-set-${id}${split ? `-${split}` : ''}.jsonl"`)
      .header('cache-control', 'no-store')
      .send(Readable.from(lines, { objectMode: false }));
  }

  @Delete(':id')
  @ResourceRoute({
    operationId: 'delete_training_set',
    summary: 'Delete a training set',
    description: 'The texts in the set are deleted, too.',
    path: { id: UUID },
    returns: SuccessSchema,
  })
  async remove(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<{ success: boolean }> {
    await this.sets.remove(caller, id);
    return { success: true };
  }
}
