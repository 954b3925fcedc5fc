import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#persistence';

/** A tenant; `createdAt` is in milliseconds since 1970. */
export interface TenantRecord {
  id: string;
  slug: string;
  name: string;
  createdAt: number;
}

interface TenantRow {
  id: string;
  slug: string;
  name: string;
  created_at: unknown;
}

/**
 * Finds tenants for callers that do not belong to one: users who sign in, commands, and operators of the installation.
 */
@Injectable()
export class TenantsRepository {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Finds a tenant by its slug.
   * @acrossTenants the caller does not belong to a tenant yet
   */
  async findBySlug(slug: string): Promise<TenantRecord | undefined> {
    const row = await this.unitOfWork.findAcrossTenants<TenantRow>(
      'SELECT id, slug, name, created_at FROM tenants WHERE slug = $1',
      [slug],
    );
    return row && this.toTenant(row);
  }

  /**
   * Lists all tenants, oldest first.
   * @acrossTenants for operators of the installation
   */
  async listAll(limit: number, after?: string): Promise<TenantRecord[]> {
    const rows = await this.unitOfWork.readAcrossTenants<TenantRow>(
      `SELECT id, slug, name, created_at FROM tenants${after === undefined ? '' : ' WHERE id > $2'} ORDER BY id LIMIT $1`,
      after === undefined ? [limit] : [limit, after],
    );
    return rows.map((row) => this.toTenant(row));
  }

  private toTenant({ created_at, id, name, slug }: TenantRow): TenantRecord {
    return { id, slug, name, createdAt: this.unitOfWork.dialect.readTime(created_at) };
  }
}
