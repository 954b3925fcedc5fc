import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { AppError, withDeadline } from '#kernel';

const LOOKUP_MS = 3000;

/** The address of a webhook is none that may be called. */
export class WebhookAddressError extends AppError {
  constructor(message: string) {
    super({
      code: 'webhook_address_refused',
      status: 422,
      title: 'Invalid request',
      detail: 'The address of the webhook may not be called.',
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
/** Everything but global unicast, and of that what leads elsewhere: documentation, 6to4, Teredo. */
const NOT_PUBLIC_6 = ['::/3', '4000::/2', '8000::/1', '2001:db8::/32', '2002::/16', '2001::/23', '3fff::/20'];

/** Two lists: one list alone would look for IPv4 addresses among those of IPv6, as `::ffff:…`. */
class Ranges {
  private readonly lists = { ipv4: new BlockList(), ipv6: new BlockList() };

  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = '', prefix = ''] = range.split('/');
      this.lists[familyOf(address)].addSubnet(address, Number(prefix), familyOf(address));
    }
  }

  hold(address: string): boolean {
    return this.lists[familyOf(address)].check(address, familyOf(address));
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

export interface Target {
  url: URL;
  /** The one address that was checked; connecting asks nobody for another. */
  address: string;
  family: 4 | 6;
}

/** Decides where webhooks may lead: public addresses by https, and what is allowed besides. */
export class WebhookAddresses {
  private readonly notPublic = new Ranges([...NOT_PUBLIC_4, ...NOT_PUBLIC_6]);
  private readonly allowed: Ranges;

  constructor(
    allow: readonly string[],
    private readonly resolve: (host: string) => Promise<string[]> = async (host) =>
      (await withDeadline(lookup(host, { all: true }), LOOKUP_MS, () => new Error('too slow'))).map(
        ({ address }) => address,
      ),
  ) {
    this.allowed = new Ranges(allow);
  }

  /** Every address that the name has must be allowed. @throws WebhookAddressError */
  async check(text: string): Promise<Target> {
    const url = parse(text);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host) ? [host] : await this.resolve(host).catch(() => []);
    const [first] = addresses;
    if (first === undefined) throw new WebhookAddressError('names a host that cannot be found');
    for (const address of addresses) {
      const plain = mapped(address);
      if (this.allowed.hold(plain)) continue;
      if (this.notPublic.hold(plain)) throw new WebhookAddressError('leads to an address that is not public');
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
    throw new WebhookAddressError('must be an address such as https://example.com/hook');
  }
  if (!['http:', 'https:'].includes(url.protocol)) throw new WebhookAddressError('must begin with https://');
  if (url.username !== '' || url.password !== '') throw new WebhookAddressError('must not hold a name or password');
  return url;
}

/** An IPv4 address that is written as IPv6 is the same address. */
function mapped(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
