import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { openSync } from 'fontkit'
import { Unreadable } from '../document/extraction-limits.ts'
import { isRightToLeft, scriptOf } from './script-names.ts'

/** Part of a text that one font can write. */
export interface FontRun {
  readonly text: string
  /** Absent: the font of what stands around it. */
  readonly font?: string
}

export interface PdfFonts {
  /** The files of each family, by style. */
  readonly files: Readonly<
    Record<string, Readonly<Record<'normal' | 'bold' | 'italics' | 'bolditalics', string>>>
  >
  /**
   * Divides a text by the fonts that have its characters. Signs that none has, such as emoji, are replaced, which
   * `replaced` tells from then on.
   * @throws {Unreadable} for a letter or a digit that none has, and for what is written from right to left
   */
  runsOf(text: string): FontRun[]
  replaced: boolean
}

const FOLDER = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf')
const dejavu = (name: string): string => join(FOLDER, `DejaVu${name}.ttf`)
const SANS = {
  normal: dejavu('Sans'),
  bold: dejavu('Sans-Bold'),
  italics: dejavu('Sans-Oblique'),
  bolditalics: dejavu('Sans-BoldOblique'),
}
const MONO = {
  normal: dejavu('SansMono'),
  bold: dejavu('SansMono-Bold'),
  italics: dejavu('SansMono-Oblique'),
  bolditalics: dejavu('SansMono-BoldOblique'),
}
/** Nobody sees these; they say how the signs beside them look. */
const UNSEEN = /[\p{Cf}\p{Cc}\p{Variation_Selector}]/u
const WRITTEN = /[\p{L}\p{N}\p{M}]/u
const REPLACEMENT = '\ufffd'

/**
 * DejaVu, and behind it further fonts in their order.
 * @param more paths of files in TrueType or OpenType
 */
export function openPdfFonts(more: readonly string[]): PdfFonts {
  const usual = new Set(openFont(SANS.normal).characterSet)
  // Only DejaVu Sans is asked: what its other cuts and the mono-spaced one lack is written with it, too.
  const narrow = [SANS.bold, SANS.italics, SANS.bolditalics, ...Object.values(MONO)].map(
    (file) => new Set(openFont(file).characterSet),
  )
  const others = more.map((file, at) => ({ name: `More${at}`, has: new Set(openFont(file).characterSet) }))
  const one = (file: string) => ({ normal: file, bold: file, italics: file, bolditalics: file })
  const fonts: PdfFonts = {
    files: {
      Sans: SANS,
      Mono: MONO,
      Plain: one(SANS.normal),
      ...Object.fromEntries(more.map((file, at) => [`More${at}`, one(file)])),
    },
    replaced: false,
    runsOf(text) {
      if (isRightToLeft(text))
        throw new Unreadable('it has text that is written from right to left, which is not supported')
      const runs: { text: string; font?: string }[] = []
      for (const character of text.toWellFormed()) {
        const found = fontOf(character)
        if (found === null) continue
        const last = runs.at(-1)
        if (last && last.font === found.font) last.text += found.text
        else runs.push(found)
      }
      return runs
    },
  }

  function fontOf(character: string): FontRun | null {
    const point = character.codePointAt(0) ?? 0
    if (/[\n\t ]/.test(character)) return { text: character }
    if (usual.has(point)) {
      return narrow.every((set) => set.has(point)) ? { text: character } : { text: character, font: 'Plain' }
    }
    const other = others.find(({ has }) => has.has(point))
    if (other) return { text: character, font: other.name }
    if (UNSEEN.test(character)) return null
    if (WRITTEN.test(character)) {
      throw new Unreadable(
        `no font here has its characters (${scriptOf(character)}); SPLITRUN_PDF_FONTS can name one that does`,
      )
    }
    fonts.replaced = true
    return { text: REPLACEMENT }
  }
  return fonts
}

function openFont(file: string) {
  const font = openSync(file)
  if (!('characterSet' in font)) throw new Error(`${file} is a collection of fonts; name one font`)
  return font
}
