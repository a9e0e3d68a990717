/**
 * The text of an answer without what its model wrote of its reasoning, as far as a server left that in: blocks of `<think>`
 * and its relatives at the start of a line, closed or not; all before a closing tag that nothing opened, since templates
 * open the block themselves; the channels of gpt-oss (harmony); special tokens at the end. A tag within a line, in a code
 * block or in JSON is text. The text is empty where there was nothing else. Linear; an ordinary text costs a few searches.
 */
export function withoutReasoning(text: string): string {
  const written = text.slice(-20).trimEnd().endsWith('>') ? withoutEndTokens(text) : text
  const ended = withoutStartTokens(written)
  if (ended.includes('<|channel|>') && hasChannels(ended)) return finalChannel(ended)
  // The same with the special tokens taken out, as some servers do.
  if (ended.startsWith('analysis')) {
    const final = ended.lastIndexOf('assistantfinal')
    if (final > 0) return ended.slice(final + 'assistantfinal'.length)
  }
  const tag = TAGS.find(
    ({ opens, marks }) => ended.includes(opens) && marks.some((mark) => ended.includes(mark)),
  )?.tag
  return tag ? withoutStartTokens(withoutBlocks(ended, tag)) : ended
}

/** What a template writes before an answer: whose turn it is, and where the answer begins. */
const START_TOKEN =
  /^\s*<(?:\|(?:begin_of_solution|START_RESPONSE|assistant)\|>|\|start_header_id\|>assistant<\|end_header_id\|>|\|im_start\|>assistant\n|start_of_turn>model\n)\s*/

function withoutStartTokens(text: string): string {
  return /^\s*</.test(text) ? text.replace(START_TOKEN, '') : text
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
    opens: '<|',
    marks: ['_of_thought|>', 'inner_prefix|>', 'inner_suffix|>', '_THINKING|>'],
    tag: /<\|(?:begin_of_thought|inner_prefix|START_THINKING|(end_of_thought|inner_suffix|END_THINKING))\|>/g,
  },
  { opens: '<unused', marks: ['<unused94>', '<unused95>'], tag: /<unused(?:94|(95))>/g },
  {
    opens: '<',
    marks: ['think>', 'thinking>', 'thought>', 'reasoning>', 'Think>', 'Thinking>', 'THINK>', 'THINKING>'],
    tag: /<(\/?)(?:think|thinking|thought|reasoning|seed:think)>/gi,
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
    closes: Boolean(match[1]),
  }))
  if (tags.length === 0 || /^\s*[{[]\s*["}\]{]/.test(text)) return text
  const first = text.search(/\S/)
  let kept = ''
  let from = 0
  let fences = 0
  let fence = text.indexOf('```')
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
    for (; fence >= 0 && fence < each.start; fence = text.indexOf('```', fence + 3)) fences += 1
    if (fences % 2 === 1 || !(each.start <= first || each.start === from || startsLine(text, each.start))) {
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
  /(^|\n)[ \t]*$/.test(text.slice(Math.max(0, at - 40), at))

const isQuoted = (text: string, { start, end }: Tag): boolean =>
  '`"\'“'.includes(text.charAt(start - 1) || ' ') || '`"\'”'.includes(text.charAt(end) || ' ')

/** What a template writes after an answer, and servers should take out. */
const END_TOKENS = [
  ...['im_end', 'end', 'eot_id', 'eom_id', 'endoftext', 'end_of_text', 'return', 'call', 'assistant', 'user'],
  ...['end_of_turn', 'eos', 'end_of_solution', 'END_RESPONSE', 'END_OF_TURN_TOKEN'],
]
  .map((name) => `<|${name}|>`)
  .concat('</s>', '<end_of_turn>', '<eos>', '<｜end▁of▁sentence｜>')
/** So many of them are looked for, each in so many characters with the space behind it. */
const MOST_END_TOKENS = 20
const END_CHARS = 60

function withoutEndTokens(text: string): string {
  let rest = text
  for (let pass = 0; pass < MOST_END_TOKENS; pass += 1) {
    const at = startOfLastToken(rest, false)
    if (at < 0) return rest
    rest = rest.slice(0, at)
  }
  return rest
}

/**
 * From where on a text may be no part of an answer, if nothing comes after it: end tokens, the last of which may have begun
 * only. Its length where it ends otherwise.
 */
export function startOfEnd(text: string): number {
  const begun = startOfLastToken(text, true)
  return begun < 0 ? text.length : withoutEndTokens(text.slice(0, begun)).length
}

/** Where the end token begins that a text ends with, or -1. */
function startOfLastToken(text: string, mayBeBegun: boolean): number {
  const at = text.lastIndexOf('<')
  if (at < 0 || text.length - at > END_CHARS) return -1
  const tail = text.slice(at)
  const isToken = END_TOKENS.includes(tail.trimEnd())
  return isToken || (mayBeBegun && END_TOKENS.some((each) => each.startsWith(tail))) ? at : -1
}

/** A text in channels begins with one, or its server took out what it begins with. Any other only tells of them. */
function hasChannels(text: string): boolean {
  if (/^\s*<\|(?:channel|start|message)\|>/.test(text)) return true
  const next = text.search(/<\|(?:end|return|call)\|>\s{0,10}<\|start\|>assistant\s{0,10}<\|channel\|>/)
  return next >= 0 && !/^\s*[{[]|[`"'“]/.test(text.slice(0, next))
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
