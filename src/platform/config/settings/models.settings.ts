import { IsOptional, IsString } from 'class-validator';
import { Variable } from '../variable.decorator.js';

/** The embedded model. */
export class ModelSettings {
  @Variable({
    name: 'FL_MODEL_PATH',
    kind: 'string',
    description: 'Folder of the embedded model.',
    defaultText: '`models/sentiment-en` of the package',
  })
  @IsOptional()
  @IsString()
  path: string | undefined;
}
