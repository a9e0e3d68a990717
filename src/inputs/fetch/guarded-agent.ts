import { lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector } from 'undici'
import type { AddressRules } from './address-rules.ts'

/** An address that may not be dialled. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

/**
 * Connections to addresses that the rules allow, and to no other. A name is looked up once for a connection: what was
 * checked is what is dialled, so a name that changes its answer in between changes nothing. No proxy is used.
 */
export function createGuardedAgent(
  allows: AddressRules,
  connectTimeoutMs: number,
  lookup: LookupFunction = systemLookup as LookupFunction,
): Agent {
  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : (found ?? [])
      // Who asks must not learn which names there are inside.
      if (error && error.code !== 'ENOTFOUND') return callback(error, [])
      // One that is not allowed among others is a trick, or a name for a network inside.
      if (addresses.length === 0 || !addresses.every(({ address }) => allows(address))) {
        return callback(new AddressRefused('the name leads to no address that may be asked'), [])
      }
      if (options.all) return callback(null, addresses)
      callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
    })
  }
  const connect = buildConnector({ lookup: guardedLookup, timeout: connectTimeoutMs })
  return new Agent({
    // Without keep-alive, each request is dialled, and so checked, for itself.
    pipelining: 0,
    connect(options, callback) {
      // Literals are dialled without a look-up.
      const host = options.hostname.replace(/^\[|\]$/g, '')
      if (isIP(host) && !allows(host)) {
        return callback(new AddressRefused('the address may not be asked'), null)
      }
      connect(options, (error, socket) => {
        if (socket && !allows(socket.remoteAddress ?? '')) {
          socket.destroy()
          return callback(new AddressRefused('the address may not be asked'), null)
        }
        if (error) callback(error, null)
        else if (socket) callback(null, socket)
      })
    },
  })
}
