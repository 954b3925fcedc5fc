import { Injectable } from '@nestjs/common';
import { FeedbackLoopConfig } from '#config';
import { EmbeddedModel } from './embedded-model.js';
import { UnknownModelError } from './errors.js';
import type { ModelProvider } from './model-provider.js';

/** The models of this server by name. Only the configuration adds models; requests choose among them. */
@Injectable()
export class ModelRegistry {
  private readonly models: ModelProvider[];

  constructor(config: FeedbackLoopConfig) {
    this.models = [new EmbeddedModel(config.models.path)];
  }

  /** @throws ModelFileError when a model is broken, because such a server must not start */
  async load(): Promise<void> {
    for (const model of this.models) await model.load();
  }

  get loaded(): boolean {
    return this.models.every((model) => model.loaded);
  }

  list(): readonly ModelProvider[] {
    return this.models;
  }

  /** @throws UnknownModelError when no model has this name */
  get(name?: string): ModelProvider {
    const model = name === undefined ? this.models[0] : this.models.find((candidate) => candidate.name === name);
    if (!model) throw new UnknownModelError(this.models.map((candidate) => candidate.name));
    return model;
  }
}
