import { startOfEnd } from '../../models/answers/without-reasoning.ts'

interface Block {
  readonly opens: string
  readonly closes: string
}

/** How models write of their reasoning before their answer, as far as a server leaves that in. */
const BLOCKS: readonly Block[] = [
  ...['think', 'thinking', 'thought', 'reasoning', 'seed:think'].map((tag) => ({
    opens: `<${tag}>`,
    closes: `</${tag}>`,
  })),
  { opens: '[THINK]', closes: '[/THINK]' },
  { opens: '◁think▷', closes: '◁/think▷' },
  { opens: '<|channel|>analysis', closes: '<|channel|>final<|message|>' },
  { opens: '<|channel|>final<|message|>', closes: '' },
]

/**
 * Takes the reasoning out of a text as it comes, as `withoutReasoning` does with a whole one: blocks at its beginning, and
 * the tokens that end it.
 * What may be the beginning of one is held back until that is known. A block that only its end gives away is shown, since
 * nobody can know before: the end of the run has the whole answer.
 */
export function createShownText(): (delta: string) => string {
  /** What is not decided yet: the beginning, what may be the beginning of a block's end, or what may be no part of an answer's end. */
  let held = ''
  let block: Block | null = null
  let decided = false
  let hadBlock = false

  /**
   * End tokens are no part of an answer, and neither is space at the end of one that had a block: shown once something comes
   * after it.
   */
  function withoutEnd(text: string): string {
    if (held === '' && !hadBlock && !text.includes('<')) return text
    const all = held + text
    const answer = all.slice(0, startOfEnd(all))
    const shown = hadBlock ? answer.trimEnd() : answer
    held = all.slice(shown.length)
    return shown
  }

  return (delta) => {
    if (decided) return withoutEnd(delta)
    held += delta
    for (;;) {
      if (block) {
        const end = held.indexOf(block.closes)
        if (end < 0) {
          held = held.slice(-(block.closes.length - 1))
          return ''
        }
        held = held.slice(end + block.closes.length)
        block = null
        hadBlock = true
      }
      const text = held.trimStart()
      block = BLOCKS.find(({ opens }) => text.startsWith(opens)) ?? null
      if (block) {
        held = text.slice(block.opens.length)
      } else if (BLOCKS.some(({ opens }) => opens.startsWith(text))) {
        return ''
      } else {
        decided = true
        const first = hadBlock ? text : held
        held = ''
        return withoutEnd(first)
      }
    }
  }
}
