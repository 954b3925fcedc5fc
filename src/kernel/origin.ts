const MAX_ORIGIN_LENGTH = 300;

/**
 * Returns the origin of a web page as browsers send it: lower case, without a default port and without a slash at the
 * end. Returns undefined if the text is not the origin of an http or https page, for example because it has a path.
 */
export function normalizeOrigin(text: string): string | undefined {
  if (text.length > MAX_ORIGIN_LENGTH || !/^https?:\/\/[^/?#@\\\s]+\/?$/i.test(text) || !URL.canParse(text))
    return undefined;
  const { hostname, origin } = new URL(text);
  // A host that browsers would never send, such as `*.example.com`, is a misunderstanding.
  return /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$|^\[[0-9a-f:.]+\]$/.test(hostname)
    ? origin
    : undefined;
}
