import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkOf } from '../../../src/tenancy/auth-throttle-store.ts'

test('an address counts by what one subscriber has: an IPv4 address, or half of an IPv6 one', () => {
  const networks: Record<string, string> = {
    '192.0.2.7': '192.0.2.7',
    '::ffff:192.0.2.7': '192.0.2.7',
    '2001:DB8:0:1:2:3:4:5': '2001:db8:0:1',
    '2001:db8:0:1::5': '2001:db8:0:1',
    '2001:db8::5': '2001:db8:0:0',
    '::1': '0:0:0:0',
    'fe80::1%eth0': 'fe80:0:0:0',
    '': 'unknown',
    '} evil {': 'unknown',
  }
  for (const [address, network] of Object.entries(networks)) assert.equal(networkOf(address), network)
})
