import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NotFoundError, PACKAGE_ROOT } from '#kernel';

const PLACEHOLDER = /\{\{(\w+)\}\}/g;
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

export interface WebPage {
  /** Below `web/`. */
  file: string;
  /** By placeholder. They are inserted unescaped, so they must be ours. */
  values?: Record<string, string>;
  /** Default: scripts and styles of this server only. */
  csp?: string;
}

/**
 * Sends a page of `web/`.
 *
 * `{{root}}` in the page is the relative address of `/`. A page names nothing by an absolute path, because a proxy may
 * serve this server below a path of its own.
 */
export async function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { csp = CSP, file, values = {} }: WebPage,
): Promise<void> {
  const known: Record<string, string> = { ...values, root: relativeRoot(request.url) };
  const template = await readFile(join(PACKAGE_ROOT, 'web', file), 'utf8');
  await reply
    .headers({ 'content-security-policy': csp, 'cache-control': 'no-cache' })
    .type('text/html; charset=utf-8')
    .send(template.replace(PLACEHOLDER, (placeholder, name: string) => known[name] ?? placeholder));
}

/** Sends a file that a page loads. `files` maps the names that may be asked for to files below `web/`. */
export async function sendAsset(
  reply: FastifyReply,
  files: Readonly<Record<string, string>>,
  name: string,
): Promise<void> {
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  const type = TYPES[name.split('.').at(-1) ?? ''];
  if (file === undefined || type === undefined) throw new NotFoundError('The file');
  await reply
    .headers({ 'content-security-policy': CSP, 'cache-control': 'no-cache' })
    .type(type)
    .send(await readFile(join(PACKAGE_ROOT, 'web', file)));
}

/** Returns the relative address of `/` for a page at `url`: `./` for /docs, `../` for /docs/ and /docs/admin. */
export function relativeRoot(url: string): string {
  const [path = ''] = url.split('?');
  return '../'.repeat(path.split('/').length - 2) || './';
}
