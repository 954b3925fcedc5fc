import type { BusboyInstance } from '@fastify/busboy';

/** What a part of a form announces before its content, by header in lower case. */
type PartHeaders = Record<string, string[] | undefined>;

interface Emitter {
  prependListener(event: string, listener: (argument: never) => void): unknown;
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)"?/i;

/**
 * Returns a function with the charset that the latest part declares, or undefined.
 *
 * The parser decodes a field itself, and replaces what is not in its charset without an error. So this hides the
 * declared charset from it: with `defCharset: 'latin1'`, the parser passes on one character for each byte.
 */
export function takeCharsets(parser: BusboyInstance): () => string | undefined {
  let charset: string | undefined;
  // The parser of the parts has no public name.
  const { parser: parts } = (parser as unknown as { _parser: { parser: Emitter } })._parser;
  parts.prependListener('part', (part: Emitter) => {
    part.prependListener('header', (headers: PartHeaders) => {
      const type = headers['content-type'];
      charset = CHARSET.exec(type?.[0] ?? '')?.[1]?.toLowerCase();
      if (charset !== undefined && type?.[0] !== undefined) type[0] = type[0].replace(CHARSET, '');
    });
  });
  return () => charset;
}
