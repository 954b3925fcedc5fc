import { IsOptional, IsString } from 'class-validator';
import { BooleanVariable, IntegerVariable, Variable } from '../variable.decorator.js';

/** The file that keeps records while the database is away. */
export class SpoolSettings {
  @BooleanVariable({
    name: 'FL_SPOOL_ENABLED',
    description:
      'While the database is away, keeps records on this machine and replays them. `false`: predictions are answered unrecorded, logged ones are refused.',
  })
  enabled: boolean = true;

  @Variable({
    name: 'FL_SPOOL_DIR',
    kind: 'string',
    description: 'Folder of the spool; each server needs its own, on a disk that survives a restart.',
    defaultText: '`spool` in FL_DATA_DIR',
  })
  @IsOptional()
  @IsString()
  dir: string | undefined;

  @IntegerVariable(1_048_576, 1_099_511_627_776, {
    name: 'FL_SPOOL_MAX_BYTES',
    description: 'Size of the spool at the most; never more than half of what is free on its volume at the start.',
  })
  maxBytes: number = 268_435_456;

  @IntegerVariable(50, 10_000, {
    name: 'FL_SPOOL_BUDGET_MS',
    description: 'A record that the spool has not committed after this long is answered as not recorded.',
  })
  budgetMs: number = 500;
}
