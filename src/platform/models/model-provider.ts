/** What a model says of one text. */
export interface ModelAnswer {
  label: string;
  /** Probability of `label`, 0 to 1. */
  confidence: number;
  /** One probability for each label. */
  scores: Record<string, number>;
  /** Milliseconds the model took for this text. */
  latencyMs: number;
  /** The text was longer than the model reads; the rest was left out. */
  truncated: boolean;
  /** The model recognises nothing in the text: the answer is a guess. */
  lowEvidence: boolean;
}

/** A model by name; implementations: the embedded one (ONNX and model servers are to come). */
export interface ModelProvider {
  readonly name: string;
  /** Changes whenever answers may change. */
  readonly version: string;
  readonly labels: readonly string[];
  /** @throws ModelNotLoadedError */
  load(): Promise<void>;
  readonly loaded: boolean;
  /** One answer for each text, in order. */
  predict(texts: readonly string[]): Promise<ModelAnswer[]>;
}
