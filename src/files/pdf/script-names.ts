/** Written from right to left, which the writer of PDF documents cannot. */
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Adlam}]/u

const SCRIPTS = [
  ...['Han', 'Hiragana', 'Katakana', 'Hangul', 'Bopomofo', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati'],
  ...['Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Thai', 'Lao', 'Tibetan', 'Myanmar'],
  ...['Khmer', 'Ethiopic', 'Cherokee', 'Mongolian', 'Armenian', 'Georgian'],
].map((name) => ({ name, pattern: new RegExp(`\\p{Script=${name}}`, 'u') }))

export const isRightToLeft = (text: string): boolean => RIGHT_TO_LEFT.test(text)

/** The name of the script that a character belongs to, or its number in Unicode. */
export function scriptOf(character: string): string {
  const known = SCRIPTS.find(({ pattern }) => pattern.test(character))
  return known?.name ?? `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
