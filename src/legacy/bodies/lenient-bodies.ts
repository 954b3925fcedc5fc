import type { TObject } from '@sinclair/typebox';
import { submitRules, SubmitSchema } from '#feedback';
import { SchemaValidator } from '#http';
import { BatchRequestSchema, predictRules, PredictRequestSchema } from '#predictions';

/** Returns a schema that ignores unknown fields, as the legacy systems did, instead of refusing them. */
const lenient = <T extends TObject>(schema: T): T => ({ ...schema, additionalProperties: true });

export const lenientPredict = new SchemaValidator(lenient(PredictRequestSchema), predictRules);
export const lenientBatch = new SchemaValidator(lenient(BatchRequestSchema));
export const lenientFeedback = new SchemaValidator(lenient(SubmitSchema), submitRules);
