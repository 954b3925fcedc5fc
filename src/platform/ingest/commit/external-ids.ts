import {
  type BulkGroup,
  BulkInsert,
  type BulkRow,
  type NameClaims,
  placeholders,
  type WriteSession,
} from '#persistence';

const INSERTS = new Map<string, BulkInsert>();

/** Returns whether a row of the group has an external id, which another row may already have. */
export function hasExternalIds({ insert: { claims }, rows }: BulkGroup): boolean {
  return claims !== undefined && rows.some((row) => row[claims.name] != null);
}

/**
 * Claims the external ids of rows, first come, first served, and gives each row the id that its external id belongs to.
 * Of two rows with the same external id, on any servers, the second thus becomes a change of the first.
 */
export async function resolveExternalIds(session: WriteSession, group: BulkGroup): Promise<BulkGroup> {
  const { claims } = group.insert;
  if (!claims || !hasExternalIds(group)) return group;
  // The order is the same everywhere, so that two transactions wait instead of deadlocking.
  const named = group.rows
    .filter((row) => row[claims.name] != null)
    .sort((a, b) => (keyOf(a, claims) < keyOf(b, claims) ? -1 : 1));
  await session.insert([{ insert: insertOf(claims), rows: named.map((row) => toClaim(row, claims)) }]);
  const holders = await holdersOf(session, claims, named);
  return {
    ...group,
    rows: group.rows.map((row) => {
      const id = row[claims.name] == null ? undefined : holders.get(keyOf(row, claims));
      return id === undefined || id === row.id ? row : claims.withId(row, id);
    }),
  };
}

async function holdersOf(
  session: WriteSession,
  claims: NameClaims,
  rows: readonly BulkRow[],
): Promise<Map<string, string>> {
  const { holder, name, table } = claims;
  const found = new Map<string, string>();
  for (const [tenantId, names] of byTenant(rows, name)) {
    const marks = placeholders(names);
    const owners = await session.query<Record<string, string>>(
      `SELECT ${name}, ${holder} FROM ${table} WHERE tenant_id = $1 AND ${name} IN (${marks})`,
      [tenantId, ...names],
    );
    for (const owner of owners)
      found.set(keyOf({ tenant_id: tenantId, [name]: owner[name] }, claims), String(owner[holder]));
  }
  return found;
}

function byTenant(rows: readonly BulkRow[], name: string): Map<string, string[]> {
  const names = new Map<string, Set<string>>();
  for (const row of rows) {
    const tenantId = String(row.tenant_id);
    names.set(tenantId, (names.get(tenantId) ?? new Set()).add(String(row[name])));
  }
  return new Map([...names].map(([tenantId, set]) => [tenantId, [...set]]));
}

function insertOf({ holder, name, table }: NameClaims): BulkInsert {
  let insert = INSERTS.get(table);
  if (!insert)
    INSERTS.set(
      table,
      (insert = new BulkInsert(
        table,
        { tenant_id: 'uuid', [name]: 'text', [holder]: 'uuid' },
        { key: ['tenant_id', name] },
      )),
    );
  return insert;
}

function toClaim(row: BulkRow, { holder, name }: NameClaims): BulkRow {
  return { tenant_id: row.tenant_id, [name]: row[name], [holder]: row.id };
}

function keyOf(row: BulkRow, { name }: NameClaims): string {
  return `${String(row.tenant_id)}\n${String(row[name])}`;
}
