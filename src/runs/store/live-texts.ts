import { shardOf } from '../../platform/ids.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { RunStatus } from '../run.ts'
import { shardKeys } from './run-keys.ts'
import { writingScript } from './run-script.ts'

const SCRIPTS = {
  emit: writingScript('live/emit', 'live/listeners'),
  attach: writingScript('live/attach'),
  detach: writingScript('live/detach'),
}

/** Why what was shown of a run is void, and begins anew. */
export type ResetReason = 'retry' | 'repair' | 'fallback' | 'lost'

/** Which attempt a live text is of. */
export interface LiveHead {
  /** `<fence>-<attempt>`: the fence, because the number of an attempt that was dropped is used again. */
  readonly epoch: string
  /** Why the text of an earlier epoch is void; it says nothing where there was none. */
  readonly reason: ResetReason
  /** The name of the model. */
  readonly model: string
}

/** A piece of what a model said. Offsets count bytes of UTF-8 from the beginning of the text. */
export interface LivePiece {
  readonly head: LiveHead
  readonly offset: number
  readonly text: string
}

/** A piece as a worker sends it. */
export interface EmittedPiece extends LivePiece {
  readonly id: string
  readonly fence: number
  /** How long the text is kept if nobody ends the run, in ms. */
  readonly keepMs: number
}

/**
 * What became of a piece: how many API processes listen; `stale`: another worker has claimed the run, or it has ended;
 * `gap`: the text does not end where the piece begins, and is to be sent whole.
 */
export type Emitted = number | 'stale' | 'gap'

/** A run as an API process finds it that listens to it. `piece`: null when the run has no text. */
export interface Attached {
  readonly status: RunStatus
  readonly piece: LivePiece | null
  /** Bytes of the whole text. */
  readonly size: number
}

const LONGEST_MODEL_NAME = 200
/** A longer piece is not sent to those who listen: they read it from Redis, a part at a time. */
const LONGEST_TOLD_BYTES = 8192

const headToText = ({ epoch, reason, model }: LiveHead): string =>
  `${epoch} ${reason} ${model.slice(0, LONGEST_MODEL_NAME).replaceAll(/[\n\0]/g, ' ')}`

function textToHead(text: string): LiveHead {
  const [epoch = '', reason = '', ...model] = text.split(' ')
  return { epoch, reason: reason as ResetReason, model: model.join(' ') }
}

export type LiveTexts = ReturnType<typeof liveTexts>

/** The part of the run store that has what models say while their runs go on. */
export function liveTexts(redis: Redis) {
  const prefixOf = (id: string) => shardKeys(shardOf(id)).prefix

  return {
    /** Adds pieces to the texts of runs of one shard, and tells them to the API processes that listen. */
    async emit(shard: number, pieces: readonly EmittedPiece[]): Promise<Emitted[]> {
      const args = pieces.flatMap(({ id, fence, head, offset, text, keepMs }) => [
        ...[id, fence, headToText(head), offset, text, text.length, Math.ceil(keepMs)],
      ])
      const { prefix } = shardKeys(shard)
      const outcomes = (await SCRIPTS.emit(redis, [prefix], [LONGEST_TOLD_BYTES, ...args])) as number[]
      return outcomes.map((outcome) => (outcome === -1 ? 'stale' : outcome === -2 ? 'gap' : outcome))
    },

    /**
     * Makes an API process listen to a run that goes on: it is told of every piece and every change, and of the end.
     * Reads the text from an offset of an epoch on, at most `most` bytes, in whole characters; from its beginning when
     * the text is of another epoch. Null when the run has no record.
     */
    async attach(
      id: string,
      api: string,
      from: { readonly epoch: string; readonly offset: number },
      most: number,
    ): Promise<Attached | null> {
      const args = [id, api, from.epoch, from.offset, most]
      const found = (await SCRIPTS.attach(redis, [prefixOf(id)], args)) as
        | [status: RunStatus, head: string, offset: number, text: string, size: number]
        | null
      if (!found) return null
      const [status, head, offset, text, size] = found
      return { status, size, piece: head === '' ? null : { head: textToHead(head), offset, text } }
    },

    /** Makes an API process stop listening to a run. It still gets the reply when the run ends. */
    async detach(id: string, api: string): Promise<void> {
      await SCRIPTS.detach(redis, [prefixOf(id)], [id, api])
    },
  }
}

/** What is told on the channel of an API process: a piece of a run's text, or (null) that its record has changed. */
export interface News {
  readonly id: string
  readonly piece: ToldPiece | null
}

/** A piece as those who listen are told of it. Its text is empty where it is too long for that. */
export interface ToldPiece extends LivePiece {
  /** Where it ends, and so far the text, in bytes. */
  readonly end: number
}

/** Separates the parts of a message: no id and no head contains it. A text may, and so its length is before it. */
const SEPARATOR = '\0'

/** Reads a message of `listeners.lua`: the id of a run whose record has changed; or of `emit.lua`: pieces of several runs. */
export function readNews(message: string): News[] {
  if (!message.includes(SEPARATOR)) return [{ id: message, piece: null }]
  const news: News[] = []
  let at = 0
  const next = (): string => {
    const end = message.indexOf(SEPARATOR, at)
    if (end < 0) throw new Error('a message of a live run is cut off')
    const part = message.slice(at, end)
    at = end + 1
    return part
  }
  while (at < message.length) {
    const [id, head, offset, end, chars] = [next(), next(), next(), next(), next()]
    const text = message.slice(at, at + Number(chars))
    at += text.length
    news.push({ id, piece: { head: textToHead(head), offset: Number(offset), end: Number(end), text } })
  }
  return news
}
