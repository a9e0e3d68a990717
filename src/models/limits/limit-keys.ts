import { type KeyLayout, type Keys, keysOf } from '../../platform/redis/key-layout.ts'

/**
 * The keys of the limits of one server and its models: all have one hash tag, so that a call is let through by both, or
 * by neither, in one script.
 */
export const LIMIT_LAYOUT = {
  /**
   * Hash: for each scope (`server`, or the id of a model) the level of each bucket (`<scope>|requests`), when that was
   * (`|at`), how many calls are in flight (`|places`), until when the server asked to wait (`|paused`), until when
   * somebody waits for a place (`|wanted`), which limit last refused a call of a project and until when (`|blocked:<project>`, `|blocked.batch:<project>`),
   * how many calls of a project are in flight (`|in:<project>`),
   * how often each did (`|refused:<limit>`), the share of a minute's worth that the largest call of late used (`|largest`),
   what is learned (`|limit:<dimension>`), and how many tokens were reserved by
   * calls that have ended (`|tokens-reserved`), and used by them (`|tokens-used`).
   */
  levels: 'levels',
  /** Sorted set: the projects that asked lately, by when that is forgotten (ms). */
  asked: 'asked:<scope>',
  /** Sorted set: the same projects, by how much of the limits of the scope they were let through, in minutes' worth. */
  shares: 'shares:<scope>',
  /** Sorted set: projects that wait for a place of the scope, by when they last were refused one (ms). */
  starving: 'starving:<scope>',
  /** Sorted set: calls in flight, by when their lease ends. */
  leases: 'leases',
  /** Hash: what each lease has reserved, of each scope. */
  holds: 'holds',
} as const satisfies KeyLayout

/** A brace in a name would end the hash tag. */
export const limitPrefix = (server: string): string => `{limits:${encodeURIComponent(server)}}:`

export const limitKeys = (server: string): Keys<typeof LIMIT_LAYOUT> =>
  keysOf(LIMIT_LAYOUT, limitPrefix(server))
