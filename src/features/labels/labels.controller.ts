import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  IdempotencyKey,
  IdempotentRoute,
  NdjsonRecordRoute,
  type NdjsonSink,
  type RecordedAnswer,
  RecordingService,
  recordJsonOrNdjson,
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
import { LabelsService } from './labels.service.js';

@ApiTags('Votes and labels')
@Scopes('ingest')
@Controller('api/v1/labels')
export class LabelsController {
  constructor(
    private readonly labels: LabelsService,
    private readonly recording: RecordingService,
  ) {}

  @Post()
  @IdempotentRoute()
  @NdjsonRecordRoute({
    operationId: 'create_labels',
    summary: 'Record ground truth',
    description: 'The body is one label as JSON, or any number of them as NDJSON.',
    body: LabelRequestSchema,
    line: LabelRequestSchema,
    returns: LabelledSchema,
    accepted: 'Recorded in the spool, or the prediction has not arrived: `link` is `pending` until it does.',
  })
  async create(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @IdempotencyKey() key: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await recordJsonOrNdjson({ body, request, reply }, this.sink(caller), () => this.createOne(caller, body, key));
  }

  private createOne(caller: Principal, body: unknown, key: string | undefined): Promise<RecordedAnswer<Labelled>> {
    const input = toLabelInput(labelValidator.parse(body));
    const label = this.labels.toLabel(input);
    return this.recording.run(
      caller,
      { key, operation: 'label', body },
      () => this.labels.planOne(caller, label, input.id != null),
      toLabelled,
    );
  }

  private sink(caller: Principal): NdjsonSink<Label> {
    return {
      read: (value) => {
        const input = toLabelInput(labelValidator.parse(value));
        const record = this.labels.toLabel(input);
        return { id: record.id, chosenId: input.id != null, record };
      },
      record: async (records, { chosenIds }) =>
        this.recording.record(caller, await this.labels.planMany(caller, records, chosenIds)),
      room: () => this.recording.room(),
    };
  }
}
