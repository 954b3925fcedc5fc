import { Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { FeedbackLoopConfig } from '#config';
import { apiSchema, StrictInput } from '#http';
import { GrowthService } from '#persistence';
import { Caller, type Principal, Scopes, Unlimited } from '#security';
import { sendExport } from '#tabular';
import { CleanupQuery, ExportQuery, toFilter } from '../dto/inbox.query.js';
import { CleanupSchema, StorageSchema, toCleanupResource, toStorageResource } from '../dto/inbox.schema.js';
import { ExportService } from '../export/export.service.js';
import { FEEDBACK_COLUMNS } from '../export/feedback-export.js';
import { CleanupService } from './cleanup.service.js';
import { InboxService } from './inbox.service.js';

/** What is stored, getting it out, and getting rid of it. */
@ApiTags('Feedback')
@StrictInput()
@Unlimited()
@Scopes('admin')
@Controller('admin/api')
export class StorageController {
  constructor(
    private readonly inbox: InboxService,
    private readonly cleanup: CleanupService,
    private readonly exports: ExportService,
    private readonly config: FeedbackLoopConfig,
    private readonly growth: GrowthService,
  ) {}

  @Get('metrics')
  @ApiOperation({
    operationId: 'storage_metrics',
    summary: 'How much is stored (neither deleted nor quarantined counts), and how fast that grows',
  })
  @ApiOkResponse({ schema: apiSchema(StorageSchema) })
  async metrics(@Caller() caller: Principal): Promise<ReturnType<typeof toStorageResource>> {
    return toStorageResource(await this.inbox.figures(caller), this.growth.of(caller));
  }

  @Post('cleanup')
  @HttpCode(200)
  @ApiOperation({ operationId: 'cleanup', summary: 'Delete feedback that is past its time, or count it' })
  @ApiOkResponse({ schema: apiSchema(CleanupSchema) })
  async clean(
    @Caller() caller: Principal,
    @Query()
    { dry_run = false, retention_days = this.config.retentionFeedbackDays ?? this.config.retentionDays }: CleanupQuery,
  ): Promise<ReturnType<typeof toCleanupResource>> {
    const done = dry_run
      ? await this.cleanup.preview(caller, retention_days)
      : await this.cleanup.run(caller, retention_days);
    return toCleanupResource(done, retention_days, dry_run);
  }

  @Get('export')
  @ApiOperation({
    operationId: 'export_feedback',
    summary: 'All feedback as CSV, JSON lines or Parquet, oldest first; takes the filters of the list',
  })
  @ApiProduces('text/csv', 'application/x-ndjson', 'application/vnd.apache.parquet')
  @ApiOkResponse({ content: { 'text/csv': { schema: { type: 'string' } } } })
  async export(@Caller() caller: Principal, @Query() query: ExportQuery, @Res() reply: FastifyReply): Promise<void> {
    const pages = this.exports.pages(caller, toFilter(query));
    await sendExport(reply, { name: 'feedback', format: query.format, columns: FEEDBACK_COLUMNS, pages });
  }
}
