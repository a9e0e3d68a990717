import { sharedNow } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import { Deferred } from '../execute/ask/deferred.ts'
import type { RunResult } from '../run.ts'
import type { Claim } from '../store/claim.ts'
import type { RunStore } from '../store/run-store.ts'
import type { CacheUse } from './cache-use.ts'
import { type CopyOutputDeps, copyOutput } from './copy-output.ts'
import { failsAgain, type KeptResult, keptToText, textToKept } from './kept-result.ts'
import { leftShareOf, leftToText } from './left-share.ts'
import { type Asked, questionKey, subjectKey } from './question-key.ts'
import type { AskedQuestion, Question } from './reuse-store.ts'
import { type TellWaitingDeps, tellAll, tellNext } from './tell-waiting.ts'

export interface RunShareDeps extends CopyOutputDeps, TellWaitingDeps {
  readonly runs: Pick<RunStore, 'wake' | 'shareOf'>
  readonly tasks: Pick<TaskStore, 'exist'>
  readonly log: Logger
  /** Most bytes of a result that is kept. */
  readonly cacheResultMax: number
  /** Seconds. No result outlives the run that it is of. */
  readonly runRetention: number
}

/** Others wait for a run that pauses between two calls, but no longer than this, in ms: then another one tries. */
const LONGEST_PAUSE_MS = 30_000
/** When a lease ends, so many of those that wait look one after the other, and the others with the last of them. */
const MOST_APART = 8
/** Who has to be started by a time stops waiting so much earlier, in ms. */
const MARGIN_MS = 500
/** What a fallback answered stands in for a model that fails now: only those get it who wait already. In ms. */
const FALLBACK_MS = 10_000

/**
 * The part that one claim of a run has in the reuse of results: it takes one that is kept; or it leads, so that runs that
 * ask the same wait for what it comes to; or it waits. Where that cannot be had, because Redis does not answer, the run is
 * executed as any other: no method but `enter` throws, and that only what it says.
 */
export class RunShare {
  readonly #deps: RunShareDeps
  readonly #claim: Claim
  readonly #use: CacheUse
  #question: Question | null = null
  #resumed: AskedQuestion | null = null
  #role: 'none' | 'leads' | 'waits' | 'beside' = 'none'
  #repeated = false
  #timer: NodeJS.Timeout | undefined

  constructor(deps: RunShareDeps, claim: Claim, use: CacheUse) {
    this.#deps = deps
    this.#claim = claim
    this.#use = use
  }

  /**
   * Looks for a result, before the first call of a model. Null: the run is to be executed.
   * @throws {Deferred} when another run leads: this one goes back to the queue, and is told when that is over
   * @throws {ApiError} FILES_UNAVAILABLE
   */
  async enter(asked: Omit<Asked, 'request'>): Promise<KeptResult | null> {
    const { request } = this.#claim
    const { project, task } = request
    const question: Question = {
      ...{ project, task, hash: questionKey({ ...asked, request }) },
      subject: subjectKey(request, asked.revision),
    }
    this.#question = question
    this.#role = 'beside'
    return this.#look(question)
  }

  /** Whether another run was about the same before; known once it has entered. */
  get repeated(): boolean {
    return this.#repeated
  }

  async #look(question: Question): Promise<KeptResult | null> {
    const { reuse, log } = this.#deps
    const { id, startBy, deadline } = this.#claim.request
    const maxAge = this.#use.fresh ? null : this.#maxAge()
    const entered = await reuse.enter(question, id, maxAge, this.#lasts()).catch((err: unknown) => {
      log.debug({ err, run_id: id }, 'no result of another run could be looked for')
      return null
    })
    this.#repeated = entered?.repeated ?? false
    if (entered?.outcome === 'hit') {
      const kept = await copyOutput(this.#deps, id, textToKept(entered.text))
      if (kept) {
        this.#role = 'none'
        return kept
      }
      // Its file is gone: it is none any more, so that this does not come again.
      await reuse.forget(question)
      return this.#look(question)
    }
    if (entered?.outcome === 'lead') this.#lead(question)
    if (entered?.outcome !== 'wait') return null
    const apart = (Math.min(entered.before, MOST_APART) * reuse.leaseMs) / MOST_APART
    const wait = entered.leaseMs + apart + Math.random() * MARGIN_MS
    // Who has a time by which to start does not expire for want of a result: it asks its model itself.
    const left = startBy < deadline ? startBy - sharedNow() - MARGIN_MS : Number.POSITIVE_INFINITY
    if (left <= 0) return null
    this.#role = 'waits'
    throw new Deferred(Math.min(wait, left), this.#claim.model)
  }

  /** How old a result may be that it takes, in ms. */
  #maxAge(): number {
    return this.#use.seconds * 1000
  }

  /** For how long a result of it is kept, in ms. */
  #lasts(): number {
    return Math.min(this.#use.seconds, this.#deps.runRetention) * 1000
  }

  #lead(question: Question): void {
    const { reuse, log } = this.#deps
    const { id } = this.#claim.request
    this.#role = 'leads'
    this.#timer = setInterval(() => {
      reuse.keepLead(question, id, reuse.leaseMs).catch((err: unknown) => {
        log.debug({ err, run_id: id }, 'a run that others wait for could not say that it goes on')
      })
    }, reuse.leaseMs / 3).unref()
  }

  /**
   * Takes over what an earlier claim left, where this one ends before it has entered: its run may still be waited for.
   * To be called before the run ends.
   */
  async resume(): Promise<void> {
    const { request, revision, fence } = this.#claim
    if (this.#question || fence <= 1) return
    await this.#quietly(async () => {
      const left = await leftShareOf(this.#deps.runs, { request, revision })
      this.#repeated = left?.repeated ?? false
      if (left) this.#resumed = { project: request.project, task: request.task, hash: left.hash }
    })
  }

  /**
   * Keeps the result of the run for others, if it is one, and tells who waits. To be called once it is stored.
   * @param isWhole false for an answer that was cut short, though the task accepts it
   */
  async ended(result: RunResult, isWhole: boolean): Promise<void> {
    this.stop()
    const [question, role, resumed] = [this.#question, this.#role, this.#resumed]
    this.#role = 'none'
    if (resumed) await this.#quietly(() => this.#giveUp(resumed, 'released'))
    if (!question || role === 'none' || role === 'waits') return
    await this.#quietly(async () => {
      if (result.status === 'succeeded') await this.#share(question, result, isWhole)
      else if (role === 'leads') await this.#giveUp(question, failsAgain(result) ? 'failed' : 'released')
    })
  }

  async #share(question: Question, result: RunResult, isWhole: boolean): Promise<void> {
    const { reuse, tasks, cacheResultMax } = this.#deps
    const { id, useFallback } = this.#claim.request
    const text = keptToText(id, result)
    const bytes = Buffer.byteLength(text)
    if (!isWhole || bytes > cacheResultMax || bytes > reuse.mostBytes) {
      return tellAll(this.#deps, question, await reuse.leave(question, id, 'alone'))
    }
    const lasts = this.#lasts()
    const standsIn = result.usedFallback && !useFallback
    const ms = standsIn ? Math.min(lasts, FALLBACK_MS) : lasts
    await tellAll(this.#deps, question, await reuse.keepResult(question, id, text, ms, standsIn))
    // The task may have been deleted since the run began: what is of it must not come back with an import.
    const [exists] = await tasks.exist([question])
    if (!exists) await reuse.forgetTask(question.project, question.task)
  }

  /**
   * The run is about to go back to the queue, where its next claim may lead again: so its lead ends before.
   * @param ms how long it is deferred
   * @param onLimit whether it waits for a limit: others have limits and budgets of their own, and do not wait for it
   * @returns what its record is to have of it while it is in the queue; '' for no change
   */
  async releasing(ms: number, onLimit: boolean): Promise<string> {
    this.stop()
    const question = this.#question
    if (!question) return ''
    const { reuse } = this.#deps
    const pauses = this.#role === 'leads' && ms > 0 && ms <= LONGEST_PAUSE_MS && !onLimit
    if (pauses) {
      await this.#quietly(() => reuse.keepLead(question, this.#claim.request.id, ms + reuse.leaseMs))
    } else if (this.#role === 'leads') {
      this.#role = 'none'
      await this.#quietly(() => this.#giveUp(question, 'released'))
    }
    return leftToText({ hash: question.hash, repeated: this.#repeated })
  }

  /** The run is in the queue again. The one that it waits for may have ended before, when it could not be told. */
  async released(): Promise<void> {
    const question = this.#question
    if (!question || this.#role !== 'waits') return
    const { reuse, runs } = this.#deps
    await this.#quietly(async () => {
      const { id } = this.#claim.request
      if (await reuse.isOpen(question, id, this.#maxAge())) await runs.wake([id])
    })
  }

  async #giveUp(question: AskedQuestion, became: 'failed' | 'released'): Promise<void> {
    const { id } = this.#claim.request
    await tellNext(this.#deps, question, id, await this.#deps.reuse.leave(question, id, became))
  }

  /** The claim is over: from now on the run leads only as long as its lease lasts. */
  stop(): void {
    clearInterval(this.#timer)
  }

  async #quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (err) {
      this.#deps.log.warn({ err, run_id: this.#claim.request.id }, 'runs that ask the same were not told')
    }
  }
}
