/**
 * The time that all processes of an installation share: that of Redis. The clocks of machines differ and are set, so a
 * time that is stored, or compared with one that was stored, never comes from `Date.now`. Until the first correction it
 * is this machine's time; from then on it follows the monotonic clock of the process, whatever happens to the machine's.
 */
let offset = Date.now() - performance.now()

/** Milliseconds since the epoch, whole. */
export const sharedNow = (): number => Math.floor(offset + performance.now())

/** The same as text, as `Date.toISOString` writes it. */
export const sharedIsoTime = (): string => new Date(sharedNow()).toISOString()

/**
 * Corrects the shared time by a reading of Redis' clock, which was made between two moments of the monotonic clock. As
 * long as the offset may be right, it is kept: so the time does not jump with each measurement.
 * @param time ms since the epoch
 * @returns by how many ms the shared time was moved
 */
export function correctSharedTime(time: number, sent: number, received: number): number {
  const before = offset
  offset = Math.min(Math.max(offset, time - received), time - sent)
  return offset - before
}

/** Milliseconds between two moments, never negative: even a shared clock may be set back. */
export const elapsed = (from: number, to: number): number => Math.max(0, to - from)
