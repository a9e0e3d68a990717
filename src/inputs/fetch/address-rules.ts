import ipaddr from 'ipaddr.js'

/** Which addresses may be dialled. */
export type AddressRules = (address: string) => boolean

/** Addresses of clouds for their own machines, within ranges that are public. */
const OF_CLOUDS = new Set(['168.63.129.16'])
/** All of IPv6 that is given out for the world; what is in it for other ends has ranges of its own. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Global unicast addresses only, and those of `networks`. An IPv4 address within an IPv6 one is never dialled, whatever it
 * is: mapped, translated or tunnelled, it would go around the rules of the other family.
 * @param networks in CIDR notation
 * @throws {Error} for a network that is none
 */
export function createAddressRules(networks: readonly string[]): AddressRules {
  const own = networks.map((network) => ipaddr.parseCIDR(network))
  return (address) => {
    if (!ipaddr.isValid(address)) return false
    const parsed = ipaddr.parse(address)
    if (own.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits))) {
      return true
    }
    if (parsed.range() !== 'unicast' || OF_CLOUDS.has(parsed.toString())) return false
    return parsed instanceof ipaddr.IPv6 ? parsed.match(GLOBAL_V6) : true
  }
}
