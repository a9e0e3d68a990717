import type { MediaCall } from './send-media.ts'
import type { Call } from './simulated-call.ts'

/** What the simulated servers do not know, in the words of real ones. */
export interface SimulatedRefusals {
  /** `json_schema`, `json_object`, or names of members of a request, which get 400. */
  readonly refuses?: readonly string[]
  /** Messages of the role `system` or `developer` get 400. */
  readonly noSystemTurn?: boolean
}

/** Why a call is refused; null when it is not. */
export function refusalOf(
  body: Readonly<Record<string, unknown>>,
  call: Call | MediaCall,
  { refuses = [], noSystemTurn = false }: SimulatedRefusals,
): string | null {
  if (
    noSystemTurn &&
    'messages' in call &&
    call.messages.some(({ role }) => role === 'system' || role === 'developer')
  ) {
    return 'System role not supported'
  }
  const format = 'messages' in call ? (call.response_format?.type ?? '') : ''
  if (refuses.includes(format)) return `This model does not support response format \`${format}\``
  const member = refuses.find((name) => Object.hasOwn(body, name))
  return member ? `Unrecognized request argument supplied: ${member}` : null
}
