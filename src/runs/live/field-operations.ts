import { Tokenizer, TokenType } from '@streamparser/json'
import type { FieldOperation } from './field-operation.ts'
import { ToldMembers } from './told-members.ts'

/** An operation, and the offset in bytes behind what it was read from. */
export interface OperationAt {
  readonly operation: FieldOperation
  readonly end: number
}

interface Frame {
  /** Null for a list. */
  readonly keys: Set<string> | null
  /** The key of the member that is read, or the index of the item. */
  at: string | number
  expects: 'key' | 'colon' | 'value' | 'comma'
}

/** Deeper than this, and nothing more is shown: `output_format` has no bound, but this has. */
const DEEPEST = 100

/**
 * Reads the JSON of an answer while it comes, in one pass, as operations that build the object up. It begins at the first
 * brace, and ends with the object, or where the text turns out to be no JSON: what the answer is really read as, the end of
 * the run says.
 */
export class FieldReader {
  readonly #tokenizer = new Tokenizer({ emitPartialTokens: true })
  readonly #frames: Frame[] = []
  /** What the operations so far come to. */
  readonly told = new ToldMembers()
  #begun = false
  #ended = false
  #operation: FieldOperation | null = null
  /** The member of the whole object that it is about. */
  #member = ''
  /** How much of the text value that is read was told, and whether it takes the place of another. */
  #told = 0
  #replaces = false
  /** Bytes that were read. */
  #offset = 0

  constructor() {
    this.#tokenizer.onToken = ({ token, value, partial }) => this.#take(token, value, partial === true)
    this.#tokenizer.onError = () => {
      this.#ended = true
    }
  }

  /** Reads the next piece of the text. Appends to one text are one operation. */
  add(text: string): OperationAt[] {
    const operations: OperationAt[] = []
    // Each part ends behind a mark, so that it brings one operation at most, whose place is then known.
    for (const part of text.match(/[^"{}[\],:]*["{}[\],:]|[^"{}[\],:]+/g) ?? []) {
      this.#offset += Buffer.byteLength(part)
      const operation = this.#read(part)
      if (operation) this.told.add(this.#member, operation)
      if (operation) push(operations, { operation, end: this.#offset })
    }
    return operations
  }

  #read(part: string): FieldOperation | null {
    if (this.#ended) return null
    let json = part
    if (!this.#begun) {
      const start = part.indexOf('{')
      if (start < 0) return null
      this.#begun = true
      json = part.slice(start)
    }
    this.#operation = null
    this.#tokenizer.write(json)
    return this.#operation
  }

  #take(token: TokenType, value: unknown, partial: boolean): void {
    if (this.#ended) return
    const frame = this.#frames.at(-1)
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) {
      this.#open(frame, token === TokenType.LEFT_BRACE)
    } else if (!frame) {
      this.#ended = true
    } else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) {
      this.#frames.pop()
      this.#ended = this.#frames.length === 0
    } else if (token === TokenType.COLON && frame.expects === 'colon') {
      frame.expects = 'value'
    } else if (token === TokenType.COMMA && frame.expects === 'comma') {
      frame.expects = frame.keys ? 'key' : 'value'
      if (typeof frame.at === 'number') frame.at += 1
    } else if (frame.expects === 'key' && typeof value === 'string') {
      if (!partial) this.#beginMember(frame, value)
    } else if (frame.expects === 'value') {
      this.#addValue(frame, token, value, partial)
    } else {
      this.#ended = true
    }
  }

  #open(frame: Frame | undefined, isObject: boolean): void {
    if (frame && frame.expects !== 'value') {
      this.#ended = true
      return
    }
    if (frame) {
      this.#operation = { path: this.#path(), set: isObject ? {} : [] }
      frame.expects = 'comma'
    }
    if (this.#frames.length >= DEEPEST) this.#ended = true
    this.#frames.push(
      isObject ? { keys: new Set(), at: '', expects: 'key' } : { keys: null, at: 0, expects: 'value' },
    )
  }

  #beginMember(frame: Frame, key: string): void {
    this.#replaces = frame.keys?.has(key) ?? false
    frame.keys?.add(key)
    frame.at = key
    frame.expects = 'colon'
  }

  #addValue(frame: Frame, token: TokenType, value: unknown, partial: boolean): void {
    if (token === TokenType.STRING && typeof value === 'string') {
      const added = value.slice(this.#told)
      const isFirst = this.#told === 0 && (this.#replaces || (!partial && value === ''))
      if (isFirst && (added !== '' || !partial)) {
        this.#operation = { path: this.#path(), set: added }
        this.#replaces = false
      } else if (added !== '') {
        this.#operation = { path: this.#path(), append: added }
      }
      this.#told = value.length
    } else if (!partial) {
      this.#operation = { path: this.#path(), set: value }
    }
    if (partial) return
    this.#told = 0
    this.#replaces = false
    frame.expects = 'comma'
  }

  #path(): string {
    this.#member = String(this.#frames[0]?.at)
    return this.#frames.map(({ at }) => `/${String(at).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  }
}

function push(operations: OperationAt[], next: OperationAt): void {
  const last = operations.at(-1)
  const isSamePath = last?.operation.path === next.operation.path
  if (last && isSamePath && 'append' in next.operation) {
    const { path, append } = next.operation
    const before = last.operation
    const operation =
      'append' in before
        ? { path, append: before.append + append }
        : typeof before.set === 'string'
          ? { path, set: before.set + append }
          : null
    if (operation) {
      operations[operations.length - 1] = { operation, end: next.end }
      return
    }
  }
  operations.push(next)
}
