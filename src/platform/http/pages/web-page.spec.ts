import { relativeRoot } from './web-page.js';

describe('relativeRoot', () => {
  it.each([
    ['/', './'],
    ['/?a=/b/c', './'],
    ['/docs', './'],
    ['/docs/', '../'],
    ['/docs/admin', '../'],
    ['/docs/admin/?x', '../../'],
  ])('leads from %s to the root by %s', (url, root) => {
    expect(relativeRoot(url)).toBe(root);
    expect(new URL(root, `https://example.com/fl${url}`).pathname).toBe('/fl/');
  });
});
