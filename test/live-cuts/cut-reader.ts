import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { Dice } from '../chaos/dice.ts'
import { applyOperation } from '../support/apply-operation.ts'

export type Form = 'text' | 'fields'

/** What a reader has put together from all its connections. */
export interface Reading {
  /** Of the run, once it is known. */
  id: string | null
  text: string
  fields: Record<string, unknown>
  /** Why it began anew, each time. */
  readonly resets: string[]
  /** Connections that it made, and those of them that broke or were cut. */
  connections: number
  cuts: number
  /** The run at its end. */
  // biome-ignore lint/suspicious/noExplicitAny: a run of any shape
  end: any
  /** What must not be, in words. */
  readonly wrong: string[]
  /** True when the last connection brought the end and nothing of the answer: what came before it was missed. */
  cameLate: boolean
  /** From one connection's end to the next one's first event, in ms. */
  readonly gaps: number[]
}

export interface CutReaderOptions {
  /** The URLs of the API processes that are up. */
  readonly urls: () => readonly string[]
  /** `/org/.../project/.../task/...`. */
  readonly task: string
  readonly token: string
  /** The body of the run; the first connections ask for it, until its id is known. */
  readonly body: string
  readonly key: string
  readonly form: Form
  readonly dice: Dice
  /** How many bytes a connection may bring before it is cut, at least and at most; null: it is never cut. The most grows. */
  readonly cutAfter: readonly [number, number] | null
  /** Before it connects again, in ms. */
  readonly retryMs: number
  readonly signal: AbortSignal
}

/** Reads a run to its end, over as many connections as that takes: by POST until its id is known, then by its last event. */
export async function readWithCuts(options: CutReaderOptions): Promise<Reading> {
  const reading: Reading = {
    ...{
      id: null,
      text: '',
      fields: {},
      resets: [],
      connections: 0,
      cuts: 0,
      end: null,
      wrong: [],
      cameLate: false,
      gaps: [],
    },
  }
  const state: State = { id: null, seen: '', broke: null }
  while (!reading.end && !options.signal.aborted) {
    const urls = options.urls()
    const url = urls[Math.floor(options.dice.between(0, urls.length))]
    if (url) await connect(options, url, state, reading)
    if (!reading.end) await pause(options.retryMs)
  }
  return reading
}

interface State {
  id: string | null
  /** The id of the last event. */
  seen: string
  broke: number | null
}

function connect(options: CutReaderOptions, url: string, state: State, reading: Reading): Promise<void> {
  const { task, token, body, key, form, dice, cutAfter, signal } = options
  const path = state.id ? `/run/${state.id}/events?as=${form}` : `/run?as=${form}`
  // The end of a run may be longer than any connection would bring at first: then they bring more and more.
  const patience = 1 + Math.floor(reading.connections / 20)
  const cutAt = cutAfter
    ? Math.floor(dice.between(cutAfter[0], cutAfter[1] * patience))
    : Number.POSITIVE_INFINITY
  reading.connections += 1
  return new Promise((resolve) => {
    const call = request(`${url}/api/v1${task}${path}`, {
      method: state.id ? 'GET' : 'POST',
      headers: {
        ...{ authorization: `Bearer ${token}`, accept: 'text/event-stream', connection: 'close' },
        ...(state.id ? {} : { 'content-type': 'application/json', 'idempotency-key': key }),
        ...(state.seen === '' ? {} : { 'last-event-id': state.seen }),
      },
      signal,
    })
    call.on('error', () => resolve())
    call.on('close', resolve)
    call.on('response', (response) => {
      if (response.statusCode !== 200) {
        // For a process that stood still, what came meanwhile took too long to arrive (408).
        if (![408, 429, 503].includes(response.statusCode ?? 0))
          reading.wrong.push(`${path}: ${response.statusCode}`)
        response.resume()
        return
      }
      state.id = String(response.headers['x-task-run-id'])
      reading.id = state.id
      let bytes = 0
      let brought = 0
      const parser = createParser({
        onEvent(event) {
          if (state.broke !== null) reading.gaps.push(performance.now() - state.broke)
          state.broke = null
          take(event, form, state, reading)
          if (event.event === 'output.delta') brought += 1
          if (event.id === 'end') reading.cameLate = brought === 0
        },
      })
      const decoder = new TextDecoder()
      response.on('data', (part: Buffer) => {
        if (call.destroyed) return
        // What is behind the cut never arrived.
        const arrived = part.subarray(0, Math.max(0, cutAt - bytes))
        bytes += part.length
        parser.feed(decoder.decode(arrived, { stream: true }))
        if (bytes >= cutAt) call.destroy()
      })
      response.on('error', () => {})
      response.on('close', () => {
        if (!reading.end) {
          reading.cuts += 1
          state.broke = performance.now()
        }
        call.destroy()
        resolve()
      })
    })
    call.end(state.id ? undefined : body)
  })
}

function take({ event, id, data }: EventSourceMessage, form: Form, state: State, reading: Reading): void {
  const told = JSON.parse(data)
  if (reading.end) reading.wrong.push(`${event} after the end`)
  if (event === 'output.reset') {
    reading.text = ''
    reading.fields = {}
    reading.resets.push(told.reason)
  } else if (event === 'output.delta' && form === 'fields') {
    applyOperation(reading.fields, told)
  } else if (event === 'output.delta') {
    const at = Buffer.byteLength(reading.text)
    if (told.offset !== at)
      reading.wrong.push(`a piece at ${told.offset} where ${at} was due (${state.seen})`)
    reading.text += told.text
    if (!id?.endsWith(`.${Buffer.byteLength(reading.text)}`)) reading.wrong.push(`the id ${id} after ${at}`)
  } else if (id === 'end') {
    reading.end = told
  } else if (event !== 'run.status') {
    reading.wrong.push(`an event ${event}`)
  }
  if (id) state.seen = id
}
