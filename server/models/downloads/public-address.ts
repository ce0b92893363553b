import { BlockList, isIPv6 } from 'node:net';

// Source: IANA special-purpose address registries.
const special4 = [
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
  '224.0.0.0/3',
];
/** The only addresses of IPv6 that are routed worldwide; all that embeds an IPv4 address lies outside, or below. */
const global6 = ['2000::/3'];
const special6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** The addresses commonly called the local network. */
const local4 = ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const local6 = ['::1/128', 'fc00::/7', 'fe80::/10'];

/** The addresses of the clouds' metadata services; some of them lie in the other ranges. */
const metadata4 = ['169.254.0.0/16', '168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32'];
const metadata6 = ['fd00:ec2::/32', 'fd20:ce::/32', 'fd00:42::/32', 'fd00:c1::/32'];

const special = blockList(special4, special6);
const routed6 = blockList([], global6);
const local = blockList(local4, local6);
const metadata = blockList(metadata4, metadata6);

/** Returns whether an IP address is one of the open internet. */
export function isPublicAddress(given: string): boolean {
  const address = withoutZone(given);
  const isRouted = !isIPv6(address) || routed6.check(address, 'ipv6');
  return isRouted && !isIn(special, address) && !isIn(metadata, address);
}

/** Returns whether an IP address is one of the local network; the credentials of a cloud are never meant. */
export function isLocalAddress(given: string): boolean {
  const address = withoutZone(given);
  return isIn(local, address) && !isIn(metadata, address) && !endsInMetadata(address);
}

/** The interface of a link-local address is not part of it. */
const withoutZone = (address: string) => address.replace(/%.*$/s, '');

/** Clouds and translators put the IPv4 address of the metadata at the end of one of their own, `fe80::a9fe:a9fe` for one. */
function endsInMetadata(address: string): boolean {
  if (!isIPv6(address)) return false;
  // In the form of URLs no group is dotted, and empty ones stand for zeros.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':');
  const [high = 0, low = 0] = groups.slice(-2).map((group) => Number.parseInt(group || '0', 16));
  return isIn(metadata, [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.'));
}

const isIn = (list: BlockList, address: string) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

function blockList(ipv4: readonly string[], ipv6: readonly string[]): BlockList {
  const list = new BlockList();
  for (const [family, ranges] of [['ipv4', ipv4] as const, ['ipv6', ipv6] as const]) {
    for (const range of ranges) {
      const [prefix = '', length] = range.split('/');
      list.addSubnet(prefix, Number(length), family);
    }
  }
  return list;
}
