import { BlockList, isIP } from 'node:net'

/** Proxies in front of the portal, whose word about who is behind them is taken. */
export type Proxies = Pick<BlockList, 'check'>

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** @param ranges - addresses and CIDR ranges, such as `10.0.0.7` and `10.0.1.0/24`; each has been checked by {@link isRange}. */
export function proxiesAt(ranges: readonly string[]): Proxies {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}

/** Whether this is an address or a CIDR range. */
export function isRange(text: string): boolean {
  const [address = '', bits, more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || more !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32))
}

/**
 * The network a request comes from: an IPv4 address, or the first half of an IPv6 address, as households and telephones are given that much.
 *
 * What X-Forwarded-For says is taken from the right, and only as far as known proxies have written it: whatever stands further left,
 * anybody may have put there.
 *
 * @returns null when it cannot be told from others: this machine itself, a proxy that names nobody.
 */
export function networkOf(peer: string | undefined, forwardedFor: string | undefined, proxies: Proxies): string | null {
  const hops = [...(forwardedFor ?? '').split(',').map(hop => hop.trim()), peer ?? ''].map(plain)
  let at = hops.length - 1
  while (at >= 0 && isIn(proxies, hops[at]!)) at--
  const address = hops[at] ?? ''
  if (isIP(address) === 0 || isIn(LOOPBACK, address)) return null
  return isIP(address) === 6 ? firstHalf(address) : address
}

/** IPv4 in IPv6's clothes, as a socket that listens to both tells it; and either with a port, as some proxies write it. */
const plain = (address: string): string =>
  address
    .replace(/^\[([^\]]*)\](:\d+)?$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')

const isIn = (list: Proxies, address: string): boolean => {
  const family = isIP(address)
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

function firstHalf(address: string): string {
  // The URL parser writes an IPv6 address in its one canonical form.
  const canonical = new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1)
  const [left = '', right] = canonical.split('::')
  const groups = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  const zeros = right === undefined ? 0 : 8 - groups.length - tail.length
  return `${[...groups, ...Array<string>(zeros).fill('0'), ...tail].slice(0, 4).join(':')}::/64`
}
