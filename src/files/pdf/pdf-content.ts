import { lexer, type Token, type Tokens } from 'marked'
import type { FontRun } from './pdf-fonts.ts'

/** A node of what pdfmake makes a document of. */
export type Node = Readonly<Record<string, unknown>>

/** How a piece of text looks. */
interface Look {
  readonly bold?: boolean
  readonly italics?: boolean
  readonly decoration?: 'lineThrough' | 'underline'
  readonly font?: string
  readonly link?: string
  readonly color?: string
}

const HEADINGS = [20, 16, 14, 12, 11, 11]
const BELOW = [0, 0, 0, 8]
/** Wider than a page, at the most: what has more columns could not be read. */
const MOST_COLUMNS = 40
const ENTITIES: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0', '#39': "'", apos: "'" },
}

/** Markdown as what a page is laid out of. Images are not fetched: their descriptions stand in their places. */
export function pdfContent(markdown: string, runsOf: (text: string) => FontRun[]): Node[] {
  return blocks(lexer(markdown, { gfm: true }))

  function blocks(tokens: readonly Token[]): Node[] {
    return tokens.map(block).filter((node) => node !== null)
  }

  function block(token: Token): Node | null {
    switch (token.type) {
      case 'space':
      case 'def':
      case 'checkbox':
        return null
      case 'heading': {
        const { depth, tokens } = token as Tokens.Heading
        const fontSize = HEADINGS[depth - 1] ?? 11
        return { text: inline(tokens, { bold: true }), fontSize, margin: [0, 6, 0, 6] }
      }
      case 'list':
        return list(token as Tokens.List)
      case 'blockquote':
        return { stack: blocks((token as Tokens.Blockquote).tokens), margin: [14, 0, 0, 4], color: '#555555' }
      case 'code':
        return code((token as Tokens.Code).text)
      case 'table':
        return table(token as Tokens.Table)
      case 'hr':
        return { canvas: [{ type: 'line', x1: 0, y1: 4, x2: 495, y2: 4, lineWidth: 0.5 }], margin: BELOW }
      default: {
        const { tokens, text, raw } = token as Tokens.Generic
        return { text: tokens ? inline(tokens, {}) : plain(text ?? raw, {}), margin: BELOW }
      }
    }
  }

  function list({ ordered, start, items }: Tokens.List): Node {
    const stacks = items.map(({ task, checked, tokens }) => {
      const inner = blocks(tokens).map((node) => ({ ...node, margin: [0, 0, 0, 3] }) as Node)
      const [first, ...others] = inner
      if (!task || !Array.isArray(first?.['text'])) return { stack: inner }
      return { stack: [{ ...first, text: [checked ? '\u2611 ' : '\u2610 ', ...first['text']] }, ...others] }
    })
    return ordered ? { ol: stacks, start: Number(start) || 1, margin: BELOW } : { ul: stacks, margin: BELOW }
  }

  function code(text: string): Node {
    const cell = { text: plain(text, { font: 'Mono' }), fontSize: 9, preserveLeadingSpaces: true }
    return {
      table: { widths: ['*'], body: [[cell]] },
      layout: 'noBorders',
      fillColor: '#f4f4f4',
      margin: BELOW,
    }
  }

  function table({ header, rows }: Tokens.Table): Node {
    const columns = Math.min(header.length, MOST_COLUMNS)
    const cells = (row: readonly Tokens.TableCell[], look: Look) =>
      Array.from({ length: columns }, (_, at) => ({ text: inline(row[at]?.tokens ?? [], look) }))
    const rest = header.slice(columns)
    const body = [cells(header, { bold: true }), ...rows.map((row) => cells(row, {}))]
    const node = {
      table: { headerRows: 1, widths: Array<string>(columns).fill('*'), body },
      ...{ layout: 'lightHorizontalLines', fontSize: 9, margin: BELOW },
    }
    if (rest.length === 0) return node
    // What has no room beside goes below, so that nothing is lost.
    const left = { header: rest, rows: rows.map((row) => row.slice(columns)) } as unknown as Tokens.Table
    return { stack: [node, table(left)] }
  }

  function inline(tokens: readonly Token[], look: Look): Node[] {
    return tokens.flatMap((token) => {
      const inner = (token as Tokens.Generic).tokens ?? []
      switch (token.type) {
        case 'strong':
          return inline(inner, { ...look, bold: true })
        case 'em':
          return inline(inner, { ...look, italics: true })
        case 'del':
          return inline(inner, { ...look, decoration: 'lineThrough' })
        case 'codespan':
          return plain((token as Tokens.Codespan).text, { ...look, font: 'Mono' })
        case 'br':
          return [{ text: '\n' }]
        case 'link': {
          const { href } = token as Tokens.Link
          const linked = { ...look, link: href, color: '#1a56b0', decoration: 'underline' } as const
          return inline(inner, /^(https?|mailto):/i.test(href) ? linked : look)
        }
        case 'image': {
          const { text, href } = token as Tokens.Image
          return plain(text || href, { ...look, italics: true })
        }
        default: {
          const { text, raw } = token as Tokens.Generic
          return inner.length > 0 ? inline(inner, look) : plain(decoded(text ?? raw), look)
        }
      }
    })
  }

  function plain(text: string, look: Look): Node[] {
    return runsOf(text).map((run) => ({ ...look, ...run }))
  }
}

const decoded = (text: string): string =>
  text.replaceAll(/&(amp|lt|gt|quot|nbsp|apos|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole)
