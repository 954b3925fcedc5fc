import fc from 'fast-check';
import { restoreSensitiveFields, extractSensitiveFields } from './sensitive-fields.js';

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
const key = fc.constantFrom('a', 'b', 'email');
const data = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf)))));

it('S0-F3 removes sensitive fields completely, and restores them unchanged', () => {
  fc.assert(
    fc.property(
      data,
      fc.uniqueArray(fc.constantFrom('email', 'a.email', 'a.b.email', 'b'), { maxLength: 4 }),
      (whole, paths) => {
        const before = JSON.stringify(whole);
        const { remaining, extracted } = extractSensitiveFields(whole, paths);
        expect(JSON.stringify(whole)).toBe(before);
        for (const path of Object.keys(extracted))
          expect(extractSensitiveFields(remaining, [path]).extracted).toEqual({});
        expect(restoreSensitiveFields(remaining, extracted)).toEqual(whole);
      },
    ),
  );
});
