import { expect, it } from 'vitest';
import { isLocalAddress, isPublicAddress } from '../../server/models/downloads/public-address.ts';

const neither = [
  // IPv4: this network, link-local, metadata of clouds, documentation, benchmarks, multicast, broadcast
  ['0.0.0.0', 'this host'],
  ['169.254.169.254', 'metadata of most clouds'],
  ['169.254.170.2', 'credentials of containers'],
  ['169.254.1.1', 'link-local'],
  ['100.100.100.200', 'metadata, inside shared space'],
  ['168.63.129.16', 'the host of a virtual machine, among public addresses'],
  ['192.0.0.192', 'metadata'],
  ['192.0.2.1', 'documentation'],
  ['192.88.99.1', 'relays of 6to4'],
  ['198.18.0.1', 'benchmarks'],
  ['198.51.100.1', 'documentation'],
  ['203.0.113.1', 'documentation'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  // IPv6 of its own
  ['::', 'unspecified'],
  ['100::1', 'discarded'],
  ['2001:db8::1', 'documentation'],
  ['3fff::1', 'documentation'],
  ['2001:10::1', 'hashes'],
  ['2001:20::1', 'hashes'],
  ['fec0::1', 'site-local, deprecated'],
  ['ff02::1', 'multicast'],
  ['4000::1', 'not assigned'],
  // metadata by IPv6
  ['fd00:ec2::254', 'metadata'],
  ['fd20:ce::254', 'metadata'],
  ['fd00:42::42', 'metadata'],
  ['fd00:c1::a9fe:a9fe', 'metadata'],
  ['fe80::a9fe:a9fe', 'link-local metadata'],
  ['fe80::a9fe:a9fe%eth0', 'link-local metadata of an interface'],
  ['fe80::a9fe:a9fe%25eth0', 'the same as URLs write it'],
  ['FE80::A9FE:A9FE', 'the same in upper case'],
  ['fe80:0:0:0:0:0:a9fe:a9fe', 'the same in full'],
  ['fe80::169.254.169.254', 'the same with dots'],
  ['fe80::1:0:a9fe:a9fe', 'of another interface'],
  ['fe80::a9fe:aa02', 'link-local credentials of containers'],
  ['fe80::5efe:a9fe:a9fe', 'ISATAP'],
  ['fe80::6464:64c8', 'link-local with 100.100.100.200'],
  ['fc00::a9fe:a9fe', 'unique local with metadata'],
  ['fdab:cdef::a9fe:a9fe', 'unique local with metadata'],
  // IPv4 inside IPv6
  ['::ffff:169.254.169.254', 'mapped metadata'],
  ['::ffff:a9fe:a9fe', 'mapped metadata'],
  ['::ffff:8.8.8.8', 'mapped public'],
  ['::169.254.169.254', 'compatible metadata'],
  ['::a9fe:a9fe', 'compatible metadata'],
  ['::7f00:1', 'compatible loopback'],
  ['::ffff:0:169.254.169.254', 'translated metadata'],
  ['64:ff9b::169.254.169.254', 'NAT64 of metadata'],
  ['64:ff9b::a9fe:a9fe', 'NAT64 of metadata'],
  ['64:ff9b::10.0.0.1', 'NAT64 of a private address'],
  ['64:ff9b:1::a9fe:a9fe', 'local NAT64 of metadata'],
  ['64:ff9b:1:fffe::a9fe:a9fe', 'local NAT64 of metadata'],
  ['2002:a9fe:a9fe::1', '6to4 of metadata'],
  ['2002:a00:1::1', '6to4 of a private address'],
  ['2002:808:808::1', '6to4 of a public address'],
  ['2001:0:a9fe:a9fe::1', 'Teredo by a server at metadata'],
  ['2001:0:4136:e378:8000:63bf:5601:5601', 'Teredo of metadata, inverted'],
] as const;

it.each(neither)('%s (%s) is neither public nor local', (address) => {
  expect({ public: isPublicAddress(address), local: isLocalAddress(address) }).toEqual({ public: false, local: false });
});

it.each([
  '127.0.0.1',
  '127.255.255.254',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '100.64.0.1',
  '::1',
  'fe80::1',
  'fe80::1%eth0',
  'fd12:3456:789a::1',
  '::ffff:127.0.0.1',
  '::ffff:192.168.1.1',
])('%s is local', (address) => {
  expect({ public: isPublicAddress(address), local: isLocalAddress(address) }).toEqual({ public: false, local: true });
});

it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '169.253.0.1', '2606:4700::1111', '2a00::a9fe:a9fe'])(
  '%s is public',
  (address) => {
    expect({ public: isPublicAddress(address), local: isLocalAddress(address) }).toEqual({
      public: true,
      local: false,
    });
  },
);
