/**
 * The text of an answer without what its model wrote of its reasoning, as far as a server left that in: blocks of `<think>`
 * and its relatives at the start of a line, closed or not; all before a closing tag that nothing opened, since templates
 * open the block themselves; the channels of gpt-oss (harmony); special tokens at the end. A tag within a line, in a code
 * block or in JSON is text. The text is empty where there was nothing else. Linear; an ordinary text costs a few searches.
 */
export function withoutReasoning(text: string): string {
  const ended = text.slice(-20).trimEnd().endsWith('>') ? withoutEndTokens(text) : text
  if (ended.includes('<|channel|>')) return finalChannel(ended)
  // The same with the special tokens taken out, as some servers do.
  if (ended.startsWith('analysis')) {
    const final = ended.lastIndexOf('assistantfinal')
    if (final > 0) return ended.slice(final + 'assistantfinal'.length)
  }
  const tag = TAGS.find(
    ({ opens, marks }) => ended.includes(opens) && marks.some((mark) => ended.includes(mark)),
  )?.tag
  return tag ? withoutBlocks(ended, tag) : ended
}

/** By what stands in every tag of the kind: searching for that is much quicker than for the tags. */
const TAGS: readonly {
  readonly opens: string
  readonly marks: readonly string[]
  readonly tag: RegExp
}[] = [
  { opens: '◁', marks: ['think▷'], tag: /◁(\/?)think▷/g },
  { opens: '[', marks: ['THINK]'], tag: /\[(\/?)THINK\]/g },
  {
    opens: '<',
    marks: ['think>', 'thinking>', 'thought>', 'reasoning>'],
    tag: /<(\/?)(?:think|thinking|thought|reasoning|seed:think)>/g,
  },
]

interface Tag {
  readonly start: number
  readonly end: number
  readonly closes: boolean
}

function withoutBlocks(text: string, tag: RegExp): string {
  const tags: Tag[] = [...text.matchAll(tag)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    closes: match[1] === '/',
  }))
  if (tags.length === 0 || /^\s*[{[]\s*["}\]{]/.test(text)) return text
  let kept = ''
  let from = 0
  let fences = 0
  let counted = 0
  let opened: Tag | null = null
  let any = false
  /** Whether a tag is open that is part of the text. */
  let isText = false
  for (const each of tags) {
    if (each.start < from) continue
    if (each.closes) {
      // Of a block that the template opened; but not a tag that is quoted, or that closes what is text.
      if (opened || (!any && !isText && !isQuoted(text, each))) {
        from = each.end
        any = true
      }
      opened = null
      isText = false
      continue
    }
    if (opened) continue
    fences += countFences(text, counted, each.start)
    counted = each.start
    if (fences % 2 === 1 || !(startsLine(text, each.start) || each.start === from)) {
      isText = true
      continue
    }
    kept += text.slice(from, each.start)
    opened = each
    any = true
    from = each.start
  }
  if (!any) return text
  return (opened ? kept : kept + text.slice(from)).trim()
}

const startsLine = (text: string, at: number): boolean =>
  /(^|\n)[ \t]*$/.test(text.slice(Math.max(0, at - 40), at)) || text.slice(0, at).trim() === ''

const isQuoted = (text: string, { start, end }: Tag): boolean =>
  '`"\'“'.includes(text.charAt(start - 1) || ' ') || '`"\'”'.includes(text.charAt(end) || ' ')

function countFences(text: string, from: number, to: number): number {
  let found = 0
  for (let at = text.indexOf('```', from); at >= 0 && at < to; at = text.indexOf('```', at + 3)) found += 1
  return found
}

/** What a template writes after an answer, and servers should take out. */
const END_TOKEN =
  /(?:<\|(?:im_end|end|eot_id|eom_id|endoftext|end_of_text|return|call|assistant|user|end_of_turn|eos)\|>|<\/s>|<end_of_turn>|<eos>|<｜end▁of▁sentence｜>)\s*$/

function withoutEndTokens(text: string): string {
  let rest = text
  // Bounded: each pass looks at the end of the text only.
  for (let pass = 0; pass < 20; pass += 1) {
    const tail = rest.slice(-60)
    const found = END_TOKEN.exec(tail)
    if (!found) return rest
    rest = rest.slice(0, rest.length - tail.length + found.index)
  }
  return rest
}

/** Of the channels of gpt-oss, the final one is the answer. Without it there is none. */
function finalChannel(text: string): string {
  const start = text.lastIndexOf('<|channel|>final')
  if (start < 0) return ''
  const message = text.indexOf('<|message|>', start)
  if (message < 0) return ''
  const rest = text.slice(message + '<|message|>'.length)
  const end = rest.search(/<\|(?:end|return|start|call|channel)\|>/)
  return (end < 0 ? rest : rest.slice(0, end)).trim()
}
