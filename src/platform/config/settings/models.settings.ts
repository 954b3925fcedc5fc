import { IsOptional, IsString } from 'class-validator';
import { Variable } from '../variable.decorator.js';

/** The models that are served. */
export class ModelSettings {
  @Variable({
    name: 'FL_MODEL_PATH',
    kind: 'string',
    description: 'Folder of the embedded model.',
    defaultText: 'the packaged `models/sentiment-en`',
  })
  @IsOptional()
  @IsString()
  path: string | undefined;
}
