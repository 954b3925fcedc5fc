import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK, DEFAULT_TENANT, NotFoundError } from '#kernel';
import { APP_LOGGER, type AppLogger } from '#observability';
import { DatabaseSupervisor, type RecordedChange } from '#persistence';
import { ModelRegistry } from './model.registry.js';
import { type ServedModel, ServedModelsRepository } from './served-models.repository.js';

/**
 * Records which model was served when: each server records its models when it starts. During a rolling restart two
 * versions are served at the same time; here they follow one another, and each prediction names its own.
 */
@Injectable()
export class ServedModelsService {
  constructor(
    private readonly repository: ServedModelsRepository,
    private readonly registry: ModelRegistry,
    private readonly supervisor: DatabaseSupervisor,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(APP_LOGGER) private readonly logger: AppLogger,
  ) {}

  /** For servers only: a command serves no model. */
  recordAtStart(): void {
    this.supervisor.onRecovered(() => void this.record());
  }

  /** @throws the database's errors */
  list(at?: number): Promise<ServedModel[]> {
    return this.repository.list(DEFAULT_TENANT, at);
  }

  /** @throws NotFoundError when no model of this name was ever served */
  async history(name: string): Promise<RecordedChange[]> {
    const changes = await this.repository.history(DEFAULT_TENANT, name);
    if (!changes) throw new NotFoundError('The model');
    return changes;
  }

  private async record(): Promise<void> {
    const models = this.registry.list();
    const facts = models.map(({ labels, name, version }, i) => ({
      name,
      modelVersion: version,
      labels: [...labels],
      traffic: i === 0 ? 1 : 0,
      shadow: false,
    }));
    try {
      await this.repository.record(DEFAULT_TENANT, facts, { name: 'server', at: this.clock.now() });
    } catch (error) {
      // Another server that starts may have recorded the same at the same moment.
      this.logger.debug({ err: error }, 'failed to record the served models');
    }
  }
}
