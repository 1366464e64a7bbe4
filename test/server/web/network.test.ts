import { expect, test } from 'vitest'
import { isRange, networkOf, proxiesAt } from '../../../server/web/network.ts'

const NONE = proxiesAt([])
const TWO = proxiesAt(['10.0.0.0/8', '2001:db8:aa::1', '127.0.0.1'])

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('a visitor from %s is of the network %s', (peer, network) => {
  expect(networkOf(peer, undefined, NONE)).toBe(network)
})

test.each([['127.0.0.1'], ['::1'], ['::ffff:127.0.0.1'], [undefined]])('from %s nobody can be told from others', peer => {
  expect(networkOf(peer, undefined, NONE)).toBeNull()
})

test('two addresses of one household’s IPv6 network are one', () => {
  expect(networkOf('2001:db8:1:2::9', undefined, NONE)).toBe(networkOf('2001:db8:1:2:ffff::1', undefined, NONE))
})

test('what a stranger writes into X-Forwarded-For is not believed', () => {
  expect(networkOf('203.0.113.7', '198.51.100.1', NONE)).toBe('203.0.113.7')
  expect(networkOf('203.0.113.7', '198.51.100.1', TWO)).toBe('203.0.113.7')
})

test('a proxy is believed, and only what it wrote itself', () => {
  expect(networkOf('127.0.0.1', '203.0.113.7', TWO)).toBe('203.0.113.7')
  expect(networkOf('127.0.0.1', '198.51.100.1, 203.0.113.7', TWO)).toBe('203.0.113.7')
  expect(networkOf('127.0.0.1', '198.51.100.1, 203.0.113.7, 10.1.2.3', TWO)).toBe('203.0.113.7')
  expect(networkOf('2001:db8:aa::1', '203.0.113.7:4711', TWO)).toBe('203.0.113.7')
  for (const written of ['[2001:db8:1:2::9]:4711', '[2001:db8:1:2::9]', '2001:db8:1:2::9'])
    expect(networkOf('127.0.0.1', written, TWO)).toBe('2001:db8:1:2::/64')
  expect(networkOf('127.0.0.1', '[::ffff:203.0.113.7]:4711', TWO)).toBe('203.0.113.7')
})

test.each([[''], ['unknown'], ['_hidden'], ['10.0.0.9'], ['203.0.113.7, unknown']])(
  'a proxy that says %j names nobody',
  forwarded => {
    expect(networkOf('127.0.0.1', forwarded, TWO)).toBeNull()
  },
)

test('an address or a range is told from everything else', () => {
  expect(['10.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32'].every(isRange)).toBe(true)
  expect(['', 'proxy', '10.0.0.0/33', '10.0.0/8', '::1/129', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0.0/-1'].some(isRange)).toBe(
    false,
  )
})
