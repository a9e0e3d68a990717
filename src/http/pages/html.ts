/** HTML that stands as it is; all other text is escaped. */
export interface Html {
  readonly html: string
}

type Piece = string | number | null | Html | readonly Html[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Tag of a template: HTML in which every text that is put in is text, also within the quotes of an attribute. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { html: parts.map((part, at) => part + written(pieces[at] ?? null)).join('') }
}

function written(piece: Piece): string {
  if (piece === null) return ''
  if (typeof piece === 'object') return 'html' in piece ? piece.html : piece.map(written).join('')
  return String(piece).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
