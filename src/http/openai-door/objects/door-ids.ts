/** The id of a run as OpenAI's clients know it. */
export const responseIdOf = (run: string): string => `resp_${bare(run)}`
export const completionIdOf = (run: string): string => `chatcmpl-${bare(run)}`
export const messageIdOf = (run: string): string => `msg_${bare(run)}`

/** The run that an id of a response names: in OpenAI's form, or the run's own; null where it can be none. */
export function runOf(id: string): string | null {
  const [, a, b, c, d, e] =
    /^(?:resp_)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i.exec(id) ?? []
  return e === undefined ? null : [a, b, c, d, e].join('-').toLowerCase()
}

const bare = (id: string): string => id.replaceAll('-', '')

/** Seconds since the epoch. */
export const seconds = (ms: number): number => Math.floor(ms / 1000)
