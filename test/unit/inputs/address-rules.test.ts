import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAddressRules } from '../../../src/inputs/fetch/address-rules.ts'

/** Of each range that is not for the world, its edges where it has some. */
const NOT_PUBLIC = [
  ...[
    '0.0.0.0',
    '0.255.255.255',
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '100.100.100.200',
  ],
  ...['127.0.0.1', '127.255.255.255', '169.254.0.1', '169.254.169.254', '172.16.0.0', '172.31.255.255'],
  ...[
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.0',
    '192.168.255.255',
    '198.18.0.1',
    '198.19.255.255',
  ],
  ...[
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
  ],
  ...[
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
  ],
  ...[
    '64:ff9b::8.8.8.8',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2001:10::1',
    '2001:20::1',
    '2002:7f00:1::',
  ],
  ...['fc00::1', 'fd00:ec2::254', 'fe80::1', 'fec0::1', 'ff02::1', '4000::1', '3fff::1', '5f00::1'],
  ...['fe80::1%eth0', '', 'localhost', '127.1', '1', '0x7f.0.0.1', '127.0.0.1 ', '[::1]'],
]
const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '2606:4700:4700::1111',
  '2a00:1450:4001:830::200e',
]

test('only addresses of the world may be dialled', () => {
  const allows = createAddressRules([])
  for (const address of NOT_PUBLIC) assert.equal(allows(address), false, address)
  for (const address of PUBLIC) assert.equal(allows(address), true, address)
})

test('networks of the administrator may be dialled, to their edges, and nothing else', () => {
  const allows = createAddressRules(['10.1.0.0/16', 'fd00:1::/32'])
  for (const address of ['10.1.0.0', '10.1.255.255', 'fd00:1:2::1'])
    assert.equal(allows(address), true, address)
  for (const address of ['10.0.255.255', '10.2.0.0', 'fd00:2::1', '::ffff:10.1.0.1', '127.0.0.1']) {
    assert.equal(allows(address), false, address)
  }
  assert.throws(() => createAddressRules(['everything']))
})
