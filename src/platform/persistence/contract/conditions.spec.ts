import { smallestIdAt } from '#kernel';
import { Conditions, placeholders } from './conditions.js';
import { postgresDialect, sqliteDialect } from './dialect.js';

describe('conditions', () => {
  it('always name the tenant', () => {
    expect(String(new Conditions(sqliteDialect))).toBe('tenant_id = $1');
  });

  it('number their values from $2 in the order they are bound', () => {
    const where = new Conditions(sqliteDialect)
      .add('(a = ? OR b = ?)', 'x', 'y')
      .equal({ c: 'z', d: undefined, e: null });
    expect(String(where)).toBe('tenant_id = $1 AND (a = $2 OR b = $3) AND c = $4');
    expect(where.values).toEqual(['x', 'y', 'z']);
    expect(where.fill('LIMIT ?', 10)).toBe('LIMIT $5');
  });

  it('keep a value that looks like a placeholder or a replacement pattern out of the text', () => {
    const where = new Conditions(sqliteDialect).add('a = ? AND b = ?', '?', '$&');
    expect(String(where)).toBe('tenant_id = $1 AND a = $2 AND b = $3');
    expect(where.values).toEqual(['?', '$&']);
  });

  it('bind times as each database takes them, and ids of the same time', () => {
    const range = { from: 1000, to: 2000 };
    const sqlite = new Conditions(sqliteDialect).within('timestamp', range);
    expect([String(sqlite), sqlite.values]).toEqual([
      'tenant_id = $1 AND timestamp >= $2 AND timestamp < $3',
      [1000, 2000],
    ]);
    const postgres = new Conditions(postgresDialect).within('timestamp', range, { timeInId: true });
    expect(postgres.values).toEqual([new Date(1000), smallestIdAt(1000), new Date(2000), smallestIdAt(2000)]);
    expect(String(new Conditions(sqliteDialect).within('timestamp', { from: undefined, to: undefined }))).toBe(
      'tenant_id = $1',
    );
  });

  it('share the values of one statement', () => {
    const first = new Conditions(sqliteDialect).equal({ a: 1 });
    const second = new Conditions(sqliteDialect, first.values).equal({ a: 2 });
    expect([String(second), first.values]).toEqual(['tenant_id = $1 AND a = $3', [1, 2]]);
  });
});

describe('placeholders', () => {
  it('follow the tenant unless told otherwise', () => {
    expect([placeholders(['a', 'b']), placeholders(['a', 'b'], 5), placeholders([])]).toEqual(['$2, $3', '$5, $6', '']);
  });
});
