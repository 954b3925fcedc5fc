import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { parseRange } from '#kernel';
import { StrictInput } from '#http';
import type { TransferKind } from '#persistence';
import { Caller, type Principal, Scopes } from '#security';
import { ExportRoute, sendExport } from '#tabular';
import {
  LabelsExportQuery,
  PredictionsExportQuery,
  type RecordsExportQuery,
  VotesExportQuery,
} from './dto/export.query.js';
import { TransferService } from './transfer.service.js';

const Export = (kind: string, time: string): MethodDecorator =>
  ExportRoute({
    operationId: `export_${kind}`,
    summary: `Export ${kind}`,
    description:
      `The range goes by \`${time}\`. Texts of people are included only with scope \`read:text\`. \`feedback-loop import\` reads CSV and ` +
      'JSON lines.',
  });

/** Exports of predictions, votes and labels. Feedback and metric events are exported next to their lists. */
@ApiTags('Exports')
@StrictInput()
@Scopes('read')
@Controller('api/v1')
export class ExportsController {
  constructor(private readonly transfers: TransferService) {}

  @Get('predictions/export')
  @Export('predictions', 'timestamp')
  async predictions(
    @Caller() caller: Principal,
    @Query() query: PredictionsExportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.send('predictions', caller, query, reply);
  }

  @Get('votes/export')
  @Export('votes', 'accepted_at')
  async votes(
    @Caller() caller: Principal,
    @Query() query: VotesExportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.send('votes', caller, query, reply);
  }

  @Get('labels/export')
  @Export('labels', 'recorded_at')
  async labels(
    @Caller() caller: Principal,
    @Query() query: LabelsExportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.send('labels', caller, query, reply);
  }

  private async send(
    kind: TransferKind,
    caller: Principal,
    { format, from, to, ...filter }: RecordsExportQuery,
    reply: FastifyReply,
  ): Promise<void> {
    const pages = this.transfers.pages(caller, kind, parseRange(from, to), filter);
    const columns = this.transfers.columns(kind, caller.scopes.has('read:text'));
    await sendExport(reply, { name: kind, format, columns, pages });
  }
}
