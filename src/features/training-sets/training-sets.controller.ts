import { Readable } from 'node:stream';
import { Body, Controller, Delete, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Clock, CLOCK, formatTime, type Page } from '#kernel';
import { apiSchema, PageQuery, StrictInput, UuidPipe } from '#http';
import { IdempotencyKey, IdempotencyService, makeOnce } from '#ingest';
import { actorOf, Caller, type Principal, Scopes, Unlimited } from '#security';
import { TrainingDataQuery } from './dto/data.query.js';
import * as dto from './dto/training-set.schema.js';
import { TrainingSetsService } from './training-sets.service.js';

const ID = { name: 'id', schema: { type: 'string', format: 'uuid' } } as const;

/** Labelled texts, frozen for training. */
@ApiTags('Training sets')
@StrictInput()
@Unlimited()
@Scopes('admin')
@Controller('admin/api/training-sets')
export class TrainingSetsController {
  constructor(
    private readonly sets: TrainingSetsService,
    private readonly idempotency: IdempotencyService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @ApiOperation({
    operationId: 'create_training_set',
    summary: 'Freeze the texts whose label is known',
    description: 'At most 100,000 texts, each once. What is labelled later does not change it; an erasure revokes it.',
  })
  @ApiBody({ schema: apiSchema(dto.CreateTrainingSetSchema) })
  @ApiCreatedResponse({ schema: apiSchema(dto.TrainingSetSchema) })
  async create(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<dto.TrainingSetResource> {
    const wanted = dto.createTrainingSetValidator.parse(body);
    const now = this.clock.now();
    const set = {
      name: wanted.name ?? formatTime(now).slice(0, 10),
      selection: dto.toSelection(wanted, now),
      createdBy: actorOf(caller),
    };
    const request = { tenant: caller, key, operation: 'create_training_set', body };
    return makeOnce(this.idempotency, reply, request, dto.toTrainingSetResource, (claim) =>
      this.sets.create(caller, set, claim),
    );
  }

  @Get()
  @ApiOperation({ operationId: 'list_training_sets', summary: 'Training sets, newest first' })
  @ApiOkResponse({ schema: apiSchema(dto.TrainingSetPageSchema) })
  async list(@Caller() caller: Principal, @Query() query: PageQuery): Promise<Page<dto.TrainingSetResource>> {
    const page = await this.sets.list(caller, query.limit, query.cursor);
    return { ...page, data: page.data.map(dto.toTrainingSetResource) };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'get_training_set', summary: 'One training set, and where it comes from' })
  @ApiParam(ID)
  @ApiOkResponse({ schema: apiSchema(dto.TrainingSetSchema) })
  async get(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<dto.TrainingSetResource> {
    return dto.toTrainingSetResource(await this.sets.get(caller, id));
  }

  @Get(':id/data')
  @Scopes('read:text')
  @ApiOperation({
    operationId: 'get_training_data',
    summary: 'Its lines, the same bytes every time',
    description: '409 once an erasure has revoked it: destroy the copies, and take the successor.',
  })
  @ApiParam(ID)
  @ApiProduces('application/x-ndjson')
  @ApiOkResponse({ content: { 'application/x-ndjson': { schema: { type: 'string' } } } })
  async data(
    @Caller() caller: Principal,
    @Param('id', UuidPipe) id: string,
    @Query() { split }: TrainingDataQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const lines = this.sets.lines(caller, id, split);
    // The first answer decides between a file and an error.
    await lines.next();
    await reply
      .type('application/x-ndjson')
      .header('content-disposition', `attachment; filename="training-set-${id}${split ? `-${split}` : ''}.jsonl"`)
      .header('cache-control', 'no-store')
      .send(Readable.from(lines, { objectMode: false }));
  }

  @Delete(':id')
  @ApiOperation({ operationId: 'delete_training_set', summary: 'Delete a training set and its lines' })
  @ApiParam(ID)
  @ApiOkResponse({ schema: apiSchema(dto.RemovedSchema) })
  async remove(@Caller() caller: Principal, @Param('id', UuidPipe) id: string): Promise<{ success: boolean }> {
    await this.sets.remove(caller, id);
    return { success: true };
  }
}
