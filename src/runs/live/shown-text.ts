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
 * Takes the reasoning out of a text as it comes, as `withoutReasoning` does with a whole one: blocks at its beginning.
 * What may be the beginning of one is held back until that is known. A block that only its end gives away is shown, since
 * nobody can know before: the end of the run has the whole answer.
 */
export function createShownText(): (delta: string) => string {
  /** What is not decided yet: the beginning, what may be the beginning of a block's end, or space that may be the last. */
  let held = ''
  let block: Block | null = null
  let decided = false
  let hadBlock = false

  /** Space at the end of an answer that had a block is no part of it: shown once something comes after it. */
  function withoutLastSpace(text: string): string {
    if (!hadBlock) return text
    const all = held + text
    const shown = all.trimEnd()
    held = all.slice(shown.length)
    return shown
  }

  return (delta) => {
    if (decided) return withoutLastSpace(delta)
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
        return withoutLastSpace(first)
      }
    }
  }
}
