import { IsOptional, IsString } from 'class-validator';
import { BooleanVariable, IntegerVariable, Variable } from '../variable.decorator.js';

/** The spool, which keeps records while the database is unavailable. */
export class SpoolSettings {
  @BooleanVariable({
    name: 'FL_SPOOL_ENABLED',
    description:
      'Keeps records on the disk of this server during an outage of the database, and replays them after it. If `false`, predictions are then returned but not recorded, and logged predictions are refused.',
  })
  enabled: boolean = true;

  @Variable({
    name: 'FL_SPOOL_DIR',
    kind: 'string',
    description: 'Folder of the spool. Each server needs its own, on a disk that survives a restart.',
    defaultText: '`spool` in FL_DATA_DIR',
  })
  @IsOptional()
  @IsString()
  dir: string | undefined;

  @IntegerVariable(1_048_576, 1_099_511_627_776, {
    name: 'FL_SPOOL_MAX_BYTES',
    description:
      'Maximum size of the spool, in bytes. It is further limited to half of the free space of the volume at start.',
  })
  maxBytes: number = 268_435_456;

  @IntegerVariable(50, 10_000, {
    name: 'FL_SPOOL_BUDGET_MS',
    description:
      'Maximum time for committing a record to the spool, in milliseconds. After it, the record counts as not recorded.',
  })
  budgetMs: number = 500;
}
