import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { AppError, withDeadline } from '#kernel';

const LOOKUP_TIMEOUT_MS = 3000;

/** The URL of a webhook is invalid or leads to an address that is not allowed. */
export class WebhookAddressError extends AppError {
  constructor(message: string) {
    super({
      code: 'webhook_address_refused',
      status: 422,
      title: 'Invalid request',
      detail: 'The URL of the webhook is not allowed.',
      errors: [{ path: 'url', message }],
    });
  }
}

const NOT_PUBLIC_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** All addresses except global unicast, and its ranges for documentation, 6to4 and Teredo. */
const NOT_PUBLIC_6 = ['::/3', '4000::/2', '8000::/1', '2001:db8::/32', '2002::/16', '2001::/23', '3fff::/20'];

/**
 * Uses a list for each family, because one BlockList would also match IPv4 addresses against IPv6 ranges, as
 * `::ffff:…`.
 */
class Ranges {
  private readonly lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = '', prefix] = range.split('/');
      const family = familyOf(address);
      if (prefix === undefined) this.lists[family].addAddress(address, family);
      else this.lists[family].addSubnet(address, Number(prefix), family);
    }
  }

  contain(address: string): boolean {
    return this.lists[familyOf(address)].check(address, familyOf(address));
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

export interface Target {
  url: URL;
  /** The address that was checked. Connections use it without another DNS lookup. */
  address: string;
  family: 4 | 6;
}

/** Decides which URLs webhooks may use: public addresses over https, and the ranges in `allow`. */
export class WebhookAddresses {
  private readonly notPublic = new Ranges([...NOT_PUBLIC_4, ...NOT_PUBLIC_6]);
  private readonly allowed: Ranges;

  constructor(
    allow: readonly string[],
    private readonly resolve: (host: string) => Promise<string[]> = async (host) =>
      (await withDeadline(lookup(host, { all: true }), LOOKUP_TIMEOUT_MS, () => new Error('too slow'))).map(
        ({ address }) => address,
      ),
  ) {
    this.allowed = new Ranges(allow);
  }

  /**
   * Resolves a URL. Every address of its host must be allowed.
   *
   * @throws WebhookAddressError (422)
   */
  async check(text: string): Promise<Target> {
    const url = parse(text);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host) ? [host] : await this.resolve(host).catch(() => []);
    const [first] = addresses;
    if (first === undefined) throw new WebhookAddressError('names a host that cannot be found');
    for (const address of addresses) {
      const plain = mapped(address);
      if (this.allowed.contain(plain)) continue;
      if (this.notPublic.contain(plain))
        throw new WebhookAddressError(
          'resolves to an address that is not public; the operator may permit it in FL_WEBHOOK_ALLOW',
        );
      if (url.protocol !== 'https:') throw new WebhookAddressError('must begin with https://');
    }
    const address = mapped(first);
    return { url, address, family: isIP(address) === 6 ? 6 : 4 };
  }
}

function parse(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new WebhookAddressError('must be a URL such as https://example.com/hook');
  }
  if (!['http:', 'https:'].includes(url.protocol)) throw new WebhookAddressError('must begin with https://');
  if (url.username !== '' || url.password !== '')
    throw new WebhookAddressError('must not contain a user name or password');
  return url;
}

/** Returns the IPv4 address of an IPv4-mapped IPv6 address, and other addresses unchanged. */
function mapped(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
