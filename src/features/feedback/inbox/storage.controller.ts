import { Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { FeedbackLoopConfig } from '#config';
import { ResourceRoute, StrictInput } from '#http';
import { GrowthService } from '#growth';
import { Caller, type Principal, Scopes, Unlimited } from '#security';
import { ExportRoute, sendExport } from '#tabular';
import { CleanupQuery, ExportQuery, toFilter } from '../dto/inbox.query.js';
import { CleanupSchema, StorageSchema, toCleanupResource, toStorageResource } from '../dto/inbox.schema.js';
import { ExportService } from '../export/export.service.js';
import { FEEDBACK_COLUMNS } from '../export/feedback-export.js';
import { CleanupService } from './cleanup.service.js';
import { InboxService } from './inbox.service.js';

/** Measures, exports and deletes stored feedback. */
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
  @ResourceRoute({
    operationId: 'storage_metrics',
    summary: 'Get the amount of stored feedback and the growth of all tables',
    description: 'Deleted feedback and feedback in quarantine do not count.',
    returns: StorageSchema,
  })
  async metrics(@Caller() caller: Principal): Promise<ReturnType<typeof toStorageResource>> {
    return toStorageResource(await this.inbox.figures(caller), this.growth.of(caller));
  }

  @Post('cleanup')
  @HttpCode(200)
  @ResourceRoute({
    operationId: 'cleanup',
    summary: 'Delete or count expired feedback',
    description:
      'Deletes feedback that was received more than `retention_days` days ago, with its screenshots and history.',
    returns: CleanupSchema,
  })
  async clean(
    @Caller() caller: Principal,
    @Query()
    {
      dry_run = false,
      retention_days = this.config.retention.feedbackDays ?? this.config.retention.days,
    }: CleanupQuery,
  ): Promise<ReturnType<typeof toCleanupResource>> {
    const done = dry_run
      ? await this.cleanup.preview(caller, retention_days)
      : await this.cleanup.run(caller, retention_days);
    return toCleanupResource(done, retention_days, dry_run);
  }

  @Get('export')
  @ExportRoute({
    operationId: 'export_feedback',
    summary: 'Export feedback, oldest first',
    description: 'Accepts the same filters as the list.',
  })
  async export(@Caller() caller: Principal, @Query() query: ExportQuery, @Res() reply: FastifyReply): Promise<void> {
    const pages = this.exports.pages(caller, toFilter(query));
    await sendExport(reply, { name: 'feedback', format: query.format, columns: FEEDBACK_COLUMNS, pages });
  }
}
