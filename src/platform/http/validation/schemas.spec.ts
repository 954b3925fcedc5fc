import { Type } from '@sinclair/typebox';
import { SchemaValidator } from './schema-validation.js';
import { apiSchema, pageOf, withoutNames } from './schemas.js';

const Item = Type.Object({ label: Type.String({ minLength: 1 }) }, { $id: 'Item', additionalProperties: false });
const List = Type.Object({ items: Type.Array(Item, { minItems: 1 }) }, { $id: 'List' });

describe('schemas with names', () => {
  it('validate like schemas without names', () => {
    const named = new SchemaValidator(List);
    const unnamed = new SchemaValidator(
      Type.Object({ items: Type.Array(Type.Object(Item.properties), { minItems: 1 }) }),
    );
    for (const value of [{}, { items: [] }, { items: [{ label: '' }] }, { items: [{ label: 'a' }] }, null])
      expect(named.errors(value)).toEqual(unnamed.errors(value));
    expect(named.errors({ items: [{ label: '' }] })).toEqual([{ path: 'items.0.label', message: 'must not be empty' }]);
  });

  it('can be compiled twice, and next to another schema of the same name', () => {
    const strict = new SchemaValidator(Item);
    const loose = new SchemaValidator({ ...Item, additionalProperties: true });
    expect(strict.errors({ label: 'a', more: 1 })).toEqual([{ path: 'more', message: 'is not a known field' }]);
    expect(loose.errors({ label: 'a', more: 1 })).toEqual([]);
  });

  it('keep their names for the API document and lose them for compilers', () => {
    expect(apiSchema(List)).toMatchObject({ $id: 'List', properties: { items: { items: { $id: 'Item' } } } });
    expect(JSON.stringify(withoutNames(List))).not.toContain('$id');
  });

  it('name their page', () => {
    expect(pageOf(Item)).toMatchObject({ $id: 'ItemPage', properties: { data: { items: { $id: 'Item' } } } });
  });
});
