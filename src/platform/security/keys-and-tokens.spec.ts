import { randomBytes, randomUUID } from 'node:crypto';
import { AuthenticationError } from '#kernel';
import { createKey, hashKey, publicIdOf } from './api-key-format.js';
import { FeedbackTokens } from './feedback-tokens.service.js';
import type { Secrets } from '#secrets';

describe('keys', () => {
  it('S1-15 have the documented format, are unique, and contain their public part', () => {
    const keys = Array.from({ length: 100 }, () => createKey());
    for (const { key, publicId, secretSha256 } of keys) {
      expect(key).toMatch(/^fl_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/);
      expect(publicIdOf(key)).toBe(publicId);
      expect(hashKey(key)).toBe(secretSha256);
    }
    expect(new Set(keys.map(({ key }) => key)).size).toBe(100);
    expect(publicIdOf('fl_live_short')).toBeUndefined();
    expect(publicIdOf(`x${keys[0]!.key}`)).toBeUndefined();
  });
});

describe('feedback tokens', () => {
  const key = randomBytes(32);
  const tokens = (keys: Buffer[], now = 1_764_000_000_000): FeedbackTokens =>
    new FeedbackTokens({ keysFor: () => keys } as unknown as Secrets, { now: () => now });
  const tenant = { tenantId: randomUUID() };
  const id = randomUUID();

  it('identify the tenant, only for their prediction and for 30 days', () => {
    const token = tokens([key]).issue(tenant, id);
    expect(tokens([key]).verify(token, id)).toEqual(tenant);
    expect(() => tokens([key]).verify(token, randomUUID())).toThrow(AuthenticationError);
    const day = 86_400_000;
    expect(tokens([key], 1_764_000_000_000 + 29 * day).verify(token, id)).toEqual(tenant);
    expect(() => tokens([key], 1_764_000_000_000 + 31 * day).verify(token, id)).toThrow(AuthenticationError);
  });

  it('cannot be forged or changed, and survive a rotation of the secret', () => {
    const token = tokens([key]).issue(tenant, id);
    expect(() => tokens([randomBytes(32)]).verify(token, id)).toThrow(AuthenticationError);
    expect(tokens([randomBytes(32), key]).verify(token, id)).toEqual(tenant);
    expect(() => tokens([key]).verify(token.replace(tenant.tenantId, randomUUID()), id)).toThrow(AuthenticationError);
    for (const text of ['', 'v1', 'v1.a.b.c', `${token}.x`, token.replace('v1', 'v2')]) {
      expect(() => tokens([key]).verify(text, id)).toThrow(AuthenticationError);
    }
  });
});
