import { StatementRefusedError } from '../contract/errors.js';
import { StatementGuard } from './statement-guard.js';

const guard = new StatementGuard();

describe('StatementGuard', () => {
  it.each([
    'SELECT id FROM predictions WHERE tenant_id = $1 AND id = $2',
    "SELECT COUNT(*) FROM predictions WHERE tenant_id = $1 AND source = 'served'",
    'WITH x AS (SELECT 1 FROM predictions WHERE tenant_id = $1) SELECT * FROM x',
  ])('S2-12 accepts the statements of the product: %s', (text) => {
    expect(() => guard.check(text)).not.toThrow();
  });

  it.each([
    ['a missing tenant', 'SELECT id FROM predictions'],
    ['a tenant that is not the first parameter', 'SELECT id FROM predictions WHERE tenant_id = $2'],
    ['$10 for $1', 'SELECT id FROM predictions WHERE tenant_id = $10'],
    ['a write', 'DELETE FROM predictions WHERE tenant_id = $1'],
    ['a second statement', 'SELECT 1 FROM p WHERE tenant_id = $1; DROP TABLE p'],
    ['a comment', 'SELECT 1 FROM p WHERE tenant_id = $1 -- AND id = $2'],
    ['a block comment', 'SELECT 1 FROM p WHERE tenant_id = $1 /* x */'],
    ['a concatenated value', "SELECT 1 FROM p WHERE tenant_id = $1 AND name = 'Robert''); DROP TABLE x'"],
    ['an open quote', "SELECT 1 FROM p WHERE tenant_id = $1 AND a = 'b"],
    ['the tenant in a literal', "SELECT 'tenant_id = $1' FROM p"],
  ])('S2-12 refuses %s', (_, text) => {
    expect(() => guard.check(text)).toThrow(StatementRefusedError);
  });
});
