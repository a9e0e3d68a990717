/** How far a reader has come: an epoch (see `LiveHead`), and bytes of its text. */
export interface Position {
  readonly epoch: string
  readonly offset: number
}

/** The id of the last event of a run: who has seen it is told nothing more. */
export const END_ID = 'end'

/** The id of the event after which a reader is at this position. */
export const positionToId = ({ epoch, offset }: Position): string => `${epoch}.${offset}`

/** Reads the id of an event; null for what is none of a position. */
export function idToPosition(id: string): Position | null {
  const [, epoch, offset] = /^(\d{1,9}-\d{1,9})\.(\d{1,15})$/.exec(id) ?? []
  return epoch && offset ? { epoch, offset: Number(offset) } : null
}

/** True when an epoch is later than another: by its fence, then by its attempt. */
export function isLater(epoch: string, other: string): boolean {
  const [fence = 0, attempt = 0] = epoch.split('-').map(Number)
  const [otherFence = 0, otherAttempt = 0] = other.split('-').map(Number)
  return fence === otherFence ? attempt > otherAttempt : fence > otherFence
}

/** True for a byte of UTF-8 that is not the first one of its character. */
export const continuesCharacter = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x80 && byte < 0xc0

/** The number of the attempt of an epoch. */
export const attemptOf = (epoch: string): number => Number(epoch.split('-')[1])
