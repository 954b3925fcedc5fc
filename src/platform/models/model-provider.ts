/** Output of a model for one text. */
export interface ModelPrediction {
  label: string;
  /** Probability of `label`, 0 to 1. */
  confidence: number;
  /** Probability of each label. */
  scores: Record<string, number>;
  /** Time the model needed for this text, in milliseconds. */
  latencyMs: number;
  /** The text was longer than the model reads; the rest was ignored. */
  truncated: boolean;
  /** The model recognises nothing in the text, so the prediction is a guess. */
  lowEvidence: boolean;
}

/** A model by name. The embedded model is the only implementation so far. */
export interface ModelProvider {
  readonly name: string;
  /** Changes whenever predictions may change. */
  readonly version: string;
  readonly labels: readonly string[];
  /** @throws ModelFileError when the files of the model cannot be used */
  load(): Promise<void>;
  readonly loaded: boolean;
  /** Returns one prediction per text, in order. */
  predict(texts: readonly string[]): Promise<ModelPrediction[]>;
}
