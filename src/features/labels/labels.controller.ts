import { Readable } from 'node:stream';
import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  answerOnce,
  type ClaimMaker,
  IdempotencyKey,
  IdempotencyService,
  IdempotentRoute,
  NdjsonRecordRoute,
  type NdjsonSink,
  recordNdjson,
  replyNdjson,
} from '#ingest';
import { Caller, type Principal, Scopes } from '#security';
import {
  type Labelled,
  LabelledSchema,
  LabelRequestSchema,
  labelValidator,
  toLabelInput,
  toLabelled,
} from './dto/label.schema.js';
import type { Label } from './label.table.js';
import { type LabelResult, LabelsService } from './labels.service.js';

@ApiTags('Votes and labels')
@Scopes('ingest')
@Controller('api/v1/labels')
export class LabelsController {
  constructor(
    private readonly labels: LabelsService,
    private readonly idempotency: IdempotencyService,
  ) {}

  @Post()
  @IdempotentRoute()
  @NdjsonRecordRoute({
    operationId: 'create_labels',
    summary: 'Record ground truth',
    description: 'Takes one label as JSON, or any number of them as NDJSON.',
    body: LabelRequestSchema,
    line: LabelRequestSchema,
    returns: LabelledSchema,
    accepted: 'Recorded in the spool, or for a prediction that has not arrived: `link` is `pending` until it does.',
  })
  async create(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (body instanceof Readable)
      await replyNdjson(reply, recordNdjson(this.sink(caller), body, request.correlation?.correlationId ?? ''));
    else await reply.send(await this.createOne(caller, body, key, reply));
  }

  private async createOne(
    caller: Principal,
    body: unknown,
    key: string | undefined,
    reply: FastifyReply,
  ): Promise<Labelled> {
    const input = toLabelInput(labelValidator.parse(body));
    const label = this.labels.toLabel(input);
    const chosenId = input.id != null;
    const answerOf = (result: LabelResult): { status: number; body: Labelled } => ({
      status: result.persisted === 'spool' || result.link === 'pending' ? 202 : 201,
      body: toLabelled(result),
    });
    const record = async (claim?: ClaimMaker): Promise<{ status: number; body: Labelled }> => {
      const claimOf =
        claim &&
        ((id: string, resultOf: (persisted: 'database' | 'spool') => LabelResult) =>
          claim([id], (persisted) => answerOf(resultOf(persisted))));
      return answerOf(await this.labels.recordOne(caller, label, chosenId, claimOf));
    };
    if (key !== undefined)
      return answerOnce(this.idempotency, reply, { tenant: caller, key, operation: 'label', body }, record);
    const answer = await record();
    void reply.status(answer.status);
    return answer.body;
  }

  private sink(caller: Principal): NdjsonSink<Label> {
    return {
      read: (value) => {
        const input = toLabelInput(labelValidator.parse(value));
        const record = this.labels.toLabel(input);
        return { id: record.id, chosenId: input.id != null, record };
      },
      record: (records, { chosenIds }) => this.labels.record(caller, records, chosenIds),
      room: () => this.labels.room(),
    };
  }
}
