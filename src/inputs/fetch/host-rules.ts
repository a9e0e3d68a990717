/** Whether a host may be asked at all, whatever its addresses. */
export type HostRules = (url: URL) => boolean

const PORTS = ['', '80', '443']

/**
 * @param allowed names of hosts, or `*.example.com` for all below one; empty: every host, on the ports of HTTP only
 */
export function createHostRules(allowed: readonly string[]): HostRules {
  const names = allowed.map((name) => name.toLowerCase())
  return ({ hostname, port }) => {
    if (names.length === 0) return PORTS.includes(port)
    const host = hostname.replace(/\.$/, '')
    return names.some((name) => (name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name))
  }
}
