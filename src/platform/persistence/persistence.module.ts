import { Global, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type Clock, CLOCK } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import { APP_LOGGER, type AppLogger, Metrics } from '#observability';
import { Announcements } from './lifecycle/announcements.registry.js';
import { ResultCache, SharedCache } from '#cache';
import { DATABASE_STATE } from '#scheduling';
import { ClockSynchronizer } from './lifecycle/clock-synchronizer.service.js';
import { createDatabase } from './lifecycle/create-database.js';
import { dataSourceOptions, entitySchemas } from './lifecycle/data-source.js';
import type { Database } from './contract/database.js';
import { DatabaseSupervisor } from './lifecycle/database-supervisor.service.js';
import { KeyCheck } from './keys/key-check.service.js';
import { PartitionMaintenance } from './lifecycle/partition-maintenance.job.js';
import { DATABASE } from './contract/tokens.js';
import { DurabilityService } from './durability/durability.service.js';
import { StoredTables } from './tables/stored-tables.registry.js';
import { TemporalStore } from './temporal/temporal-store.service.js';
import { TenantIsolationCheck } from './gate/tenant-isolation-check.service.js';
import { UnitOfWork } from './gate/unit-of-work.service.js';

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [FeedbackLoopConfig],
      useFactory: (config: FeedbackLoopConfig) => ({
        ...dataSourceOptions(config, 'serve'),
        // Nest would retry for 30 s and then end the process. The supervisor connects instead, and never gives up.
        manualInitialization: true,
      }),
    }),
  ],
  providers: [
    {
      provide: DATABASE,
      inject: [getDataSourceToken(), FeedbackLoopConfig, Metrics, CLOCK],
      useFactory: (dataSource: DataSource, config: FeedbackLoopConfig, metrics: Metrics, clock: Clock): Database =>
        createDatabase(dataSource, config, metrics, clock),
    },
    Announcements,
    ClockSynchronizer,
    DatabaseSupervisor,
    DurabilityService,
    { provide: DATABASE_STATE, useExisting: DatabaseSupervisor },
    KeyCheck,
    PartitionMaintenance,
    ResultCache,
    SharedCache,
    StoredTables,
    TemporalStore,
    TenantIsolationCheck,
    UnitOfWork,
  ],
  exports: [
    DATABASE,
    DATABASE_STATE,
    Announcements,
    DatabaseSupervisor,
    DurabilityService,
    KeyCheck,
    ResultCache,
    SharedCache,
    StoredTables,
    TemporalStore,
    TenantIsolationCheck,
    UnitOfWork,
  ],
})
export class PersistenceModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(getDataSourceToken()) private readonly dataSource: DataSource,
    private readonly config: FeedbackLoopConfig,
    private readonly tables: StoredTables,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** Passes the entities to the data source, which opens later. By now every feature has registered its tables. */
  onModuleInit(): void {
    this.dataSource.setOptions({ entities: entitySchemas(this.tables.entities, this.config.database.target.type) });
  }

  /**
   * Closes the database after the socket has closed and `ingest/` has flushed. `onModuleDestroy` would be too early,
   * because requests still arrive then.
   */
  async onApplicationShutdown(): Promise<void> {
    await this.supervisor
      .stop()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'failed to close the database'));
  }
}
