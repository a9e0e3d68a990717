import type { IncomingHttpHeaders } from 'node:http'
import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { declareEndpoints } from '../../src/compose/compose-api.ts'
import type { Config } from '../../src/config.ts'
import { describeApi, type OpenApiDocument } from '../../src/http/openapi/openapi.ts'
import type { TaskLimits } from '../../src/tasks/task-fields.ts'

export interface CheckedAnswer {
  readonly method: string
  /** Path and query, with or without the mount. */
  readonly url: string
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Headers of HTTP itself, and those for browsers that every answer bears. */
const UNDOCUMENTED =
  /^(connection|keep-alive|date|content-(type|length|encoding)|access-control-.*|transfer-encoding|vary|allow|cross-origin-.*|content-security-policy|origin-agent-cluster|referrer-policy|strict-transport-security|x-(content-type-options|dns-prefetch-control|download-options|frame-options|permitted-cross-domain-policies|xss-protection))$/

const escaped = (part: string | number): string =>
  encodeURIComponent(`${part}`.replaceAll('~', '~0').replaceAll('/', '~1'))

export interface Contract {
  /** What is wrong with an answer; nothing when it is as documented. */
  check(answer: CheckedAnswer): string[]
}

/** A stream goes on as it comes: of it, the head is checked, with the least that one may hold. */
export const STREAM = 'text/event-stream'
export const LEAST_OF_A_STREAM = Buffer.from(':\n\n')

const contracts = new Map<string, Contract>()

/** Answers in which limits of tasks show: exported files. `test/api/openapi.test.ts` holds that there are no others. */
export const SHOWING_LIMITS = /\/export(\?|$)/

/**
 * The contract of a system's answers. Where limits of tasks show in them, it is made with its own; otherwise all systems of
 * a process share the one that was made first, since making it costs more than starting a system.
 */
export function contractOf(config: Config, limits: TaskLimits): Contract {
  const key = JSON.stringify(limits)
  function own(): Contract {
    const contract =
      contracts.get(key) ?? createContract(describeApi(declareEndpoints(config), { closed: true }))
    contracts.set(key, contract)
    return contract
  }
  // Made now, where nobody waits: it may take seconds on a busy machine, in which commands of a test would time out.
  const shared = contracts.values().next().value ?? own()
  return { check: (answer) => (SHOWING_LIMITS.test(answer.url) ? own() : shared).check(answer) }
}

/** Most schemas are compiled once in a process, and asked a few times: what makes them faster costs more than it saves. */
export const QUICKLY_COMPILED: Options = {
  ...{ strict: false, allErrors: true },
  ...{ inlineRefs: false, validateSchema: false, code: { optimize: false } },
}

/** The document as the contract of answers; JSON Schema 2020-12 is OpenAPI 3.1's own dialect. */
export function createContract(document: OpenApiDocument): Contract {
  const ajv = addFormats.default(new Ajv2020(QUICKLY_COMPILED))
  ajv.addSchema({ $id: 'api', ...document })
  // A path without parameters wins over one that has them.
  const templates = Object.keys(document.paths ?? {})
    .sort((a, b) => a.split('{').length - b.split('{').length)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`) }))

  /** What the value at `pointer` of the document refers to, if it does, and where that is. */
  function at(...pointer: (string | number)[]): { value: unknown; pointer: (string | number)[] } {
    const value = pointer.reduce<unknown>(
      (inside, part) => (inside as Record<string, unknown>)?.[part],
      document,
    )
    const ref = (value as { $ref?: string } | undefined)?.$ref
    return ref ? at(...ref.split('/').slice(1)) : { value, pointer }
  }
  const byPlace = new Map<string, ValidateFunction>()
  const byDeclaration = new Map<string, ValidateFunction>()
  /** Most answers and headers are declared alike at hundreds of places: each declaration is compiled once. */
  function validatorAt(pointer: (string | number)[]): ValidateFunction {
    const place = pointer.map(escaped).join('/')
    const known = byPlace.get(place)
    if (known) return known
    const declaration = JSON.stringify(at(...pointer).value)
    const validate = byDeclaration.get(declaration) ?? ajv.getSchema(`api#/${place}`)
    if (!validate) throw new Error(`no schema at ${place}`)
    byPlace.set(place, validate)
    byDeclaration.set(declaration, validate)
    return validate
  }
  function misfits(value: unknown, ...pointer: (string | number)[]): string[] {
    const validate = validatorAt(pointer)
    if (validate(value)) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }
  function headerMisfits(headers: IncomingHttpHeaders, pointer: (string | number)[]): string[] {
    const documented = Object.keys((at(...pointer, 'headers').value ?? {}) as object)
    const names = new Map(documented.map((name) => [name.toLowerCase(), name]))
    const strays = Object.keys(headers).filter((name) => !names.has(name) && !UNDOCUMENTED.test(name))
    const wrong = [...names].flatMap(([lower, name]) => {
      const header = at(...pointer, 'headers', name)
      const given = headers[lower]?.toString()
      if (given !== undefined)
        return misfits(given, ...header.pointer, 'schema').map((each) => `${name} ${each}`)
      return (header.value as { required?: boolean }).required ? [`the header ${name} is missing`] : []
    })
    return [...strays.map((name) => `the header ${name} is not documented`), ...wrong]
  }

  return {
    check({ method, url, status, headers, body }) {
      const bare = url.replace(/^\/api\/v1(?=\/)/, '').replace(/\?.*/s, '')
      const verb = method.toLowerCase()
      const type = headers['content-type']?.split(';')[0]
      const path = templates.find(
        (each) => each.pattern.test(bare) && document.paths?.[each.path]?.[verb as 'get'],
      )?.path
      if (!path) {
        // The path or the method is unknown, or the request could not even be read.
        return status >= 400 && type === 'application/json' ? [] : ['no operation, and no error either']
      }
      const response = at('paths', path, verb, 'responses', status)
      if (!response.value) return ['the status is not documented']
      const content = (response.value as { content?: object }).content ?? {}
      const wanted = Object.keys(content)
      if (body.length > 0 ? !wanted.includes(type ?? '') : wanted.includes('application/json')) {
        return [`the media type ${type} is not documented`]
      }
      const wrong = headerMisfits(headers, response.pointer)
      if (type !== 'application/json') return wrong
      const json: unknown = JSON.parse(body.toString())
      return [...wrong, ...misfits(json, ...response.pointer, 'content', type, 'schema')]
    },
  }
}
