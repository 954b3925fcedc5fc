import { Injectable } from '@nestjs/common';
import { ReplayGuards } from '../spool/replay-guards.js';
import { Riders } from './riders.js';

/** What others have to do with a record on its way to the database. */
@Injectable()
export class RecordSurroundings {
  constructor(
    readonly riders: Riders,
    readonly guards: ReplayGuards,
  ) {}
}
