import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { TenantContext } from '#kernel';
import { FeedbackLoopConfig } from '#config';
import type { Database, WriteSession } from '../contract/database.js';
import { DatabaseSupervisor } from '../lifecycle/database-supervisor.service.js';
import type { Dialect } from '../contract/dialect.js';
import { StatementGuard } from './statement-guard.js';
import { TenantIsolationCheck } from './tenant-isolation-check.service.js';
import { DATABASE } from '../contract/tokens.js';

/** Work in an administrative transaction. */
export type ChangeWork = (manager: EntityManager) => Promise<void>;

/**
 * The only access of features to the database.
 *
 * - a read names a tenant first: its id is always `$1`, and a statement without `tenant_id = $1` is refused; a returned
 *   row of another tenant is stopped
 * - an administrative write runs in one transaction; on SQLite it excludes other writes while it lasts
 * - records in bulk go through `ingest/` instead
 */
@Injectable()
export class UnitOfWork {
  private readonly guard = new StatementGuard();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly supervisor: DatabaseSupervisor,
    private readonly config: FeedbackLoopConfig,
    private readonly isolation: TenantIsolationCheck,
  ) {}

  get dialect(): Dialect {
    return this.database.dialect;
  }

  /** Reads for lists and analytics. `values` start at `$2`. */
  async read<Row>({ tenantId }: TenantContext, text: string, values: readonly unknown[] = []): Promise<Row[]> {
    if (this.config.database.validateQueries) this.guard.check(text);
    return this.isolation.leaving(
      { tenantId },
      await this.supervisor.whileUp(() => this.database.read<Row>(text, [tenantId, ...values])),
    );
  }

  /** Reads figures that may lag, as `analyzesAsOf` says. `values` start at `$2`. */
  async analyze<Row>({ tenantId }: TenantContext, text: string, values: readonly unknown[] = []): Promise<Row[]> {
    if (this.config.database.validateQueries) this.guard.check(text);
    const query = (): Promise<Row[]> => this.database.analyze<Row>(text, [tenantId, ...values]);
    // A database replica that is recent enough responds even while the primary is unavailable.
    const rows = this.database.analyzesAsOf() === null ? await this.supervisor.whileUp(query) : await query();
    return this.isolation.leaving({ tenantId }, rows);
  }

  /** Time up to which `analyze` sees every commit, in milliseconds since 1970; null: there is no lag. */
  get analyzesAsOf(): number | null {
    return this.database.analyzesAsOf();
  }

  /** Looks up one row in a tenant. `values` start at `$2`. */
  async find<Row>(
    { tenantId }: TenantContext,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row | undefined> {
    return (await this.findAll<Row>({ tenantId }, text, values))[0];
  }

  /** Looks up rows by key, for requests that wait for the result. `values` start at `$2`. */
  async findAll<Row>({ tenantId }: TenantContext, text: string, values: readonly unknown[]): Promise<Row[]> {
    if (this.config.database.validateQueries) this.guard.check(text);
    return this.isolation.leaving(
      { tenantId },
      await this.supervisor.whileUp(() => this.database.lookup<Row>(text, [tenantId, ...values])),
    );
  }

  /** Looks up a row before the tenant is known, such as the owner of a key. Only `security/` may use it. */
  async findAcrossTenants<Row>(text: string, values: readonly unknown[]): Promise<Row | undefined> {
    return (await this.supervisor.whileUp(() => this.database.lookup<Row>(text, values)))[0];
  }

  /** Reads a list about the installation itself, such as its tenants. */
  async readAcrossTenants<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.supervisor.whileUp(() => this.database.read<Row>(text, values));
  }

  /** Runs an administrative change that a caller waits for. Fails immediately while the database is unavailable. */
  async change<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.supervisor.whileUp(() => this.database.transaction(work));
  }

  /**
   * Runs a change on the path of records; each `$1` style statement must name its tenant. Fails immediately while the
   * database is unavailable.
   */
  async write<T>(work: (session: WriteSession) => Promise<T>): Promise<T> {
    return this.supervisor.whileUp(() => this.database.write(work));
  }

  /** Runs a change of the server itself, which may come before the database counts as up. */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }
}
