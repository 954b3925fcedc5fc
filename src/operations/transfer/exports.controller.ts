import { applyDecorators, Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { parseRange } from '#kernel';
import { StrictInput } from '#http';
import type { TransferKind } from '#persistence';
import { Caller, type Principal, Scopes } from '#security';
import { EXPORT_TYPES, sendExport } from '#tabular';
import { RecordsExportQuery } from './dto/export.query.js';
import { TransferService } from './transfer.service.js';

const Export = (kind: string): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: `export_${kind}`,
      summary: `All ${kind} as CSV, JSON lines or Parquet`,
      description:
        'Texts of people only with scope `read:text`. `feedback-loop import` reads CSV and JSON lines again.',
    }),
    ApiProduces(...Object.values(EXPORT_TYPES).map((type) => type.split(';')[0] as string)),
    ApiOkResponse({ content: { 'text/csv': { schema: { type: 'string' } } } }),
  );

/** Everything that was recorded, as files. Feedback and metric events have their exports beside their lists. */
@ApiTags('Exports')
@StrictInput()
@Scopes('read')
@Controller('api/v1')
export class ExportsController {
  constructor(private readonly transfers: TransferService) {}

  @Get('predictions/export')
  @Export('predictions')
  async predictions(
    @Caller() caller: Principal,
    @Query() query: RecordsExportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.send('predictions', caller, query, reply);
  }

  @Get('votes/export')
  @Export('votes')
  async votes(
    @Caller() caller: Principal,
    @Query() query: RecordsExportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.send('votes', caller, query, reply);
  }

  @Get('labels/export')
  @Export('labels')
  async labels(
    @Caller() caller: Principal,
    @Query() query: RecordsExportQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.send('labels', caller, query, reply);
  }

  private async send(
    kind: TransferKind,
    caller: Principal,
    { format, from, to }: RecordsExportQuery,
    reply: FastifyReply,
  ): Promise<void> {
    const pages = this.transfers.pages(caller, kind, parseRange(from, to));
    const columns = this.transfers.columns(kind, caller.scopes.has('read:text'));
    await sendExport(reply, { name: kind, format, columns, pages });
  }
}
