import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#kernel';
import { UnitOfWork } from '#persistence';

@Injectable()
export class RecordAliasesRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Returns the id of the record that `id` is an alias of: two servers acknowledged the same `Idempotency-Key`. */
  async find(tenant: TenantContext, id: string): Promise<string | undefined> {
    const row = await this.unitOfWork.find<{ record_id: string }>(
      tenant,
      'SELECT record_id FROM record_aliases WHERE tenant_id = $1 AND id = $2',
      [id],
    );
    return row?.record_id;
  }
}
