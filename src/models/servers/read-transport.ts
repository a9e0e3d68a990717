import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { isHeaderValue, NO_HEADER_VALUE } from '../../platform/header-value.ts'
import type { ProxyRules, ServerTransport } from '../model-server.ts'
import type { ServerEntry } from './models-file-schema.ts'

/** A variable of the environment, or undefined. */
export type ReadSecret = (name: string) => string | undefined

/** Never reached through a proxy: it would be another machine there. */
const THIS_MACHINE = 'localhost,127.0.0.1,::1'

/**
 * How requests get to a server of the models file. Files are read and tried here, so that a wrong one is found at start.
 * @throws {Error} that names the member which cannot be used
 */
export function readTransport(entry: ServerEntry, readSecret: ReadSecret): ServerTransport {
  const secrets: string[] = []
  const valuesOf = (member: 'headers' | 'query') =>
    Object.fromEntries(
      Object.entries(entry[member] ?? {}).map(([name, value]) => {
        const key = member === 'headers' ? name.toLowerCase() : name
        if (typeof value === 'string') return [key, value]
        const secret = readSecret(value.env)
        if (!secret) throw new Error(`${member}.${name} wants ${value.env}, which is not set`)
        if (member === 'headers' && !isHeaderValue(secret)) {
          throw new Error(`${member}.${name}: ${value.env} ${NO_HEADER_VALUE}`)
        }
        secrets.push(secret)
        return [key, secret]
      }),
    )
  return {
    auth: entry.auth ?? 'bearer',
    headers: valuesOf('headers'),
    query: valuesOf('query'),
    proxy: readProxy(entry.proxy, readSecret),
    tls: readCertificates(entry),
    secrets,
  }
}

/** The proxy of a server: the one that is given, else that of the environment; `none` is no proxy in any case. */
export function readProxy(given: string | undefined, readSecret: ReadSecret): ProxyRules | null {
  if (given === 'none') return null
  if (given) return { http: given, https: given, except: '' }
  const either = (name: string) => proxyUrl(name, readSecret(name.toLowerCase()) || readSecret(name) || null)
  const [http, https] = [either('HTTP_PROXY'), either('HTTPS_PROXY')]
  if (!http && !https) return null
  const except = readSecret('no_proxy') || readSecret('NO_PROXY')
  return { http, https, except: except ? `${except},${THIS_MACHINE}` : THIS_MACHINE }
}

function proxyUrl(name: string, value: string | null): string | null {
  if (value === null) return null
  const url = value.includes('://') ? value : `http://${value}`
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    // The value may hold a password.
    throw new Error(`${name} is not the URL of an HTTP proxy`)
  return url
}

function readCertificates(entry: ServerEntry): ServerTransport['tls'] {
  const { ca_file, client_cert_file, client_key_file } = entry
  const tls = {
    ...(ca_file ? { ca: readFileSync(ca_file, 'utf8') } : {}),
    ...(client_cert_file ? { cert: readFileSync(client_cert_file, 'utf8') } : {}),
    ...(client_key_file ? { key: readFileSync(client_key_file, 'utf8') } : {}),
  }
  try {
    // A context takes any text for an authority, and then trusts nobody by it.
    if (tls.ca !== undefined) new X509Certificate(tls.ca)
    createSecureContext(tls)
  } catch (cause) {
    const files = [ca_file, client_cert_file, client_key_file].filter(Boolean).join(', ')
    throw new Error(`no certificate or key can be read from ${files}: ${(cause as Error).message}`, { cause })
  }
  return tls
}
