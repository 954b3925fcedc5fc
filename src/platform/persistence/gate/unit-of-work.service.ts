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

/** Work in one administrative transaction. */
export type ChangeWork = (manager: EntityManager) => Promise<void>;

/**
 * The only gate of features to the database.
 *
 * - reads name a tenant first: its id is always `$1`, and a statement without `tenant_id = $1` is refused; a row that comes back and
 *   names another is stopped
 * - administrative writes run in one transaction; on SQLite they are alone with the file while it lasts
 * - records in bulk go through `ingest/`, not through here
 */
@Injectable()
export class UnitOfWork {
  private readonly guard = new StatementGuard();

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly supervisor: DatabaseSupervisor,
    private readonly config: FeedbackLoopConfig,
    private readonly wall: TenantIsolationCheck,
  ) {}

  get dialect(): Dialect {
    return this.database.dialect;
  }

  /** Lists and analytics. `values` begin at `$2`. */
  async read<Row>({ tenantId }: TenantContext, text: string, values: readonly unknown[] = []): Promise<Row[]> {
    if (this.config.database.validateQueries) this.guard.check(text);
    return this.wall.leaving(
      { tenantId },
      await this.supervisor.whileUp(() => this.database.read<Row>(text, [tenantId, ...values])),
    );
  }

  /** Figures that may be a little late, as `analyzesAsOf` says. `values` begin at `$2`. */
  async analyze<Row>({ tenantId }: TenantContext, text: string, values: readonly unknown[] = []): Promise<Row[]> {
    if (this.config.database.validateQueries) this.guard.check(text);
    const ask = (): Promise<Row[]> => this.database.analyze<Row>(text, [tenantId, ...values]);
    // A replica that is near enough answers also while the primary is away.
    const rows = this.database.analyzesAsOf() === null ? await this.supervisor.whileUp(ask) : await ask();
    return this.wall.leaving({ tenantId }, rows);
  }

  /** What `analyze` answers from now on holds at least what was committed by then; null: everything. */
  get analyzesAsOf(): number | null {
    return this.database.analyzesAsOf();
  }

  /** A point look-up inside a tenant. `values` begin at `$2`. */
  async find<Row>(
    { tenantId }: TenantContext,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<Row | undefined> {
    return (await this.findAll<Row>({ tenantId }, text, values))[0];
  }

  /** Several rows by their keys, on the path that requests wait for. `values` begin at `$2`. */
  async findAll<Row>({ tenantId }: TenantContext, text: string, values: readonly unknown[]): Promise<Row[]> {
    if (this.config.database.validateQueries) this.guard.check(text);
    return this.wall.leaving(
      { tenantId },
      await this.supervisor.whileUp(() => this.database.lookup<Row>(text, [tenantId, ...values])),
    );
  }

  /** A look-up before the tenant is known: whose key is this? Only `security/` has such questions. */
  async findAcrossTenants<Row>(text: string, values: readonly unknown[]): Promise<Row | undefined> {
    return (await this.supervisor.whileUp(() => this.database.lookup<Row>(text, values)))[0];
  }

  /** A list about the installation itself, such as its tenants. */
  async readAcrossTenants<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.supervisor.whileUp(() => this.database.read<Row>(text, values));
  }

  /** Runs an administrative change that a caller waits for. Fails immediately while the database is away. */
  async change<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.supervisor.whileUp(() => this.database.transaction(work));
  }

  /** A change on the path of records, with `$1` style statements; each must name its tenant. Fails at once while the database is away. */
  async write<T>(work: (session: WriteSession) => Promise<T>): Promise<T> {
    return this.supervisor.whileUp(() => this.database.write(work));
  }

  /** The same for the server's own work, also before the database counts as up. */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }
}
