import { LRUCache } from 'lru-cache'
import { atMost } from '../../platform/at-most.ts'
import type { CallEstimate } from './limit-store.ts'

/** Pairs of a task and a model that are remembered. */
const MOST_KNOWN = 5000
/** Of so many calls the latest are remembered. */
const WINDOW = 50
/** The share of answers that are no longer than what is reserved for them. */
const QUANTILE = 0.9
/** How much one call changes what is believed of a model's tokens per estimated token. */
const WEIGHT = 0.1
/** Output tokens of a call of which nothing is known. */
const UNKNOWN_OUTPUT = 500

export type CallEstimates = ReturnType<typeof createCallEstimates>

/**
 * Learns how many tokens the calls of tasks use. The input is estimated by the rule of `estimateMessageTokens`, times a
 * ratio that is learned for each task and model; the output is `max_tokens`, or else the length that nine of ten answers do not exceed.
 */
export function createCallEstimates() {
  const known = new LRUCache<string, { ratio: number; outputs: number[] }>(atMost(MOST_KNOWN))
  const keyOf = (task: string, model: string) => `${task} ${model}`

  return {
    /** @param input by the rule; @param maxTokens of the request; @param mostTokens that the model writes */
    of(
      task: string,
      model: string,
      input: number,
      maxTokens: number | undefined,
      mostTokens: number | undefined,
    ): CallEstimate {
      const learned = known.get(keyOf(task, model))
      const output =
        maxTokens ??
        (learned && learned.outputs.length > 0
          ? quantile(learned.outputs)
          : Math.min(UNKNOWN_OUTPUT, mostTokens ?? UNKNOWN_OUTPUT))
      return { input: Math.ceil(input * (learned?.ratio ?? 1)), output }
    },

    learn(task: string, model: string, estimatedInput: number, used: CallEstimate): void {
      if (estimatedInput <= 0 || used.input <= 0) return
      const key = keyOf(task, model)
      const ratio = used.input / estimatedInput
      const learned = known.get(key) ?? { ratio, outputs: [] }
      learned.ratio += (ratio - learned.ratio) * WEIGHT
      learned.outputs.push(used.output)
      if (learned.outputs.length > WINDOW) learned.outputs.shift()
      known.set(key, learned)
    },
  }
}

function quantile(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * QUANTILE))] ?? 0
}
