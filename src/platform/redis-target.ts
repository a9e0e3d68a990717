import type { RedisOptions } from 'ioredis'

const SENTINEL =
  /^redis(?<tls>s?)\+sentinel:\/\/(?:(?<login>[^@/?]*)@)?(?<hosts>[^/?@]+)\/(?<master>[^/?]+)(?:\/(?<db>\d+))?(?:\?(?<query>.*))?$/i
const HOST = /^(?:\[(?<v6>[0-9a-f:.]+)\]|(?<name>[^:[\]]+))(?::(?<port>\d{1,5}))?$/i
const USUAL_SENTINEL_PORT = 26_379

/**
 * Where Redis is, as the client takes it. Understood are
 * - the path of a unix socket: `/run/redis.sock`,
 * - one server: `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS,
 * - one that Sentinels name: `redis+sentinel://[user:password@]host[:port][,host[:port]...]/master[/db]`, or
 *   `rediss+sentinel://` for TLS to all of them. The login is for Redis; `?sentinel_username=` and
 *   `?sentinel_password=` are for the Sentinels.
 * @throws an error that never repeats the text, for there may be a password in it
 */
export function readRedisTarget(text: string): { url: string } | RedisOptions {
  if (text.startsWith('/')) return { path: text }
  if (/^rediss?:\/\//i.test(text) && URL.canParse(text)) return { url: text }
  const { tls, login, hosts, master, db, query } = SENTINEL.exec(text)?.groups ?? {}
  const sentinels = hosts?.split(',').map(readHost)
  if (!sentinels || !master || sentinels.includes(null)) {
    throw new Error(
      'expected redis://host:port, rediss://, redis+sentinel://host:port,host:port/master or a socket path',
    )
  }
  const [username, password] = (login ?? '').split(/:(.*)/s).map(decodeURIComponent)
  const options = new URLSearchParams(query)
  return {
    sentinels: sentinels.filter((each) => each !== null),
    name: decodeURIComponent(master),
    ...given('username', username),
    ...given('password', password),
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

function readHost(text: string): { host: string; port: number } | null {
  const { v6, name, port } = HOST.exec(text)?.groups ?? {}
  const host = v6 ?? name
  return host && Number(port ?? 1) < 65_536 ? { host, port: Number(port ?? USUAL_SENTINEL_PORT) } : null
}

const given = (name: string, value: string | null | undefined) => (value ? { [name]: value } : {})
