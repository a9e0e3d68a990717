import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import helmet from 'helmet'

/**
 * What Helmet has every answer bear, worked out once: for an API that answers with JSON, of which no browser should run
 * or show anything.
 */
export const SECURITY_HEADERS: readonly (readonly [string, string])[] = (() => {
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  const directives = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }
  const secure = helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    xFrameOptions: { action: 'deny' },
    // These are for pages, or for browsers of the past.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  })
  secure(new IncomingMessage(new Socket()), response, () => {})
  return Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)])
})()
