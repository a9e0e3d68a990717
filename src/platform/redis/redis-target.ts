import type { RedisOptions } from 'ioredis'

const SENTINEL =
  /^redis(?<tls>s?)\+sentinel:\/\/(?:(?<login>[^@/?]*)@)?(?<hosts>[^/?@]+)\/(?<master>[^/?]+)(?:\/(?<db>\d+))?(?:\?(?<query>.*))?$/i
const CLUSTER = /^redis(?<tls>s?)\+cluster:\/\/(?:(?<login>[^@/?]*)@)?(?<hosts>[^/?@]+)\/?$/i
const HOST = /^(?:\[(?<v6>[0-9a-f:.]+)\]|(?<name>[^:[\]]+))(?::(?<port>\d{1,5}))?$/i
const USUAL_PORT = 6379
const USUAL_SENTINEL_PORT = 26_379

export interface HostPort {
  readonly host: string
  readonly port: number
}

/** Some nodes of a Redis Cluster, which know the others, and how to log in to each. */
export interface ClusterTarget {
  readonly nodes: readonly HostPort[]
  readonly login: Pick<RedisOptions, 'username' | 'password' | 'tls'>
}

/**
 * Where Redis is, as the client takes it. Understood are
 * - the path of a unix socket: `/run/redis.sock`,
 * - one server: `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS,
 * - one that Sentinels name: `redis+sentinel://[user:password@]host[:port][,host[:port]...]/master[/db]`, or
 *   `rediss+sentinel://` for TLS to all of them. The login is for Redis; `?sentinel_username=` and
 *   `?sentinel_password=` are for the Sentinels,
 * - a Redis Cluster, by some of its nodes: `redis+cluster://[user:password@]host[:port][,host[:port]...]`, or
 *   `rediss+cluster://` for TLS to all of them.
 * @throws an error that never repeats the text, for there may be a password in it
 */
export function readRedisTarget(text: string): { url: string } | ClusterTarget | RedisOptions {
  if (text.startsWith('/')) return { path: text }
  if (text.includes('#')) throw new Error('a # in a password must be percent-encoded, as %23')
  if (/^rediss?:\/\//i.test(text) && URL.canParse(text)) return { url: text }
  const target = readClusterTarget(text) ?? readSentinelTarget(text)
  if (target) return target
  throw new Error(
    'expected redis://host:port, rediss://, redis+sentinel://host:port,host:port/master, ' +
      'redis+cluster://host:port,host:port or a socket path',
  )
}

function readClusterTarget(text: string): ClusterTarget | null {
  const { tls, login, hosts } = CLUSTER.exec(text)?.groups ?? {}
  const nodes = readHosts(hosts, USUAL_PORT)
  return nodes && { nodes, login: { ...readLogin(login), ...(tls ? { tls: {} } : {}) } }
}

function readSentinelTarget(text: string): RedisOptions | null {
  const { tls, login, hosts, master, db, query } = SENTINEL.exec(text)?.groups ?? {}
  const sentinels = readHosts(hosts, USUAL_SENTINEL_PORT)
  if (!sentinels || !master) return null
  const options = new URLSearchParams(query)
  return {
    sentinels,
    name: decodeURIComponent(master),
    ...readLogin(login),
    ...given('sentinelUsername', options.get('sentinel_username')),
    ...given('sentinelPassword', options.get('sentinel_password')),
    ...(db ? { db: Number(db) } : {}),
    ...(tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
    // A Sentinel that hangs must not hold up the others.
    sentinelCommandTimeout: 2000,
    // When none answers, the first is asked again, for ever: to give up would be to end the connection.
    sentinelRetryStrategy: (times: number) => Math.min(100 * times, 2000),
  }
}

/** Null when there are none, or one of them is none. */
function readHosts(hosts: string | undefined, usualPort: number): HostPort[] | null {
  const read = hosts?.split(',').map((text) => {
    const { v6, name, port } = HOST.exec(text)?.groups ?? {}
    const host = v6 ?? name
    return host && Number(port ?? 1) < 65_536 ? { host, port: Number(port ?? usualPort) } : null
  })
  const found = read?.filter((each) => each !== null)
  return found && found.length === read?.length ? found : null
}

function readLogin(login: string | undefined): { username?: string; password?: string } {
  const [username, password] = (login ?? '').split(/:(.*)/s).map(decodeURIComponent)
  return { ...given('username', username), ...given('password', password) }
}

const given = (name: string, value: string | null | undefined) => (value ? { [name]: value } : {})
