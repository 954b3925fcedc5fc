import { Injectable } from '@nestjs/common';
import { GrowthService } from '../growth/growth.service.js';
import { RetainedTables } from './retained-tables.registry.js';
import { SubjectTables } from './subject-tables.registry.js';
import { TransferTables } from './transfer-tables.registry.js';

/** Everything that wants to know of a feature's tables: what expires, what belongs to somebody, what leaves as files, what grows. */
@Injectable()
export class StoredTables {
  constructor(
    readonly retained: RetainedTables,
    readonly subjects: SubjectTables,
    readonly transfers: TransferTables,
    readonly growth: GrowthService,
  ) {}
}
