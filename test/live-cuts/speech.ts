import { diceFrom } from '../chaos/dice.ts'

/** What a model says in a run, and in which pieces. */
export interface Speech {
  readonly text: string
  /** The text in pieces; they may end between the halves of a surrogate pair. */
  readonly pieces: readonly string[]
}

/** What is cut wrongly if anything is: characters of one to four bytes, pairs, joiners, NUL, lone quotes, line ends. */
const WORDS = [
  ...[
    'tea',
    'Grüße',
    '茶',
    '🍵',
    '👩‍👩‍👧',
    '\0',
    '"',
    "'",
    '\\',
    '\r\n',
    '\n\n',
    'data: x',
    '\u2028',
    '\ufeff',
    '<b>',
    '{',
  ],
  ...['quiet river amber stone', 'ÄÖÜ äöü ß', 'e\u0301', ':', 'id: end'],
]

/** The same for the same seed. As JSON, it is an object of three texts, a number and a list. */
export function speechOf(seed: string, { json, chars }: { json: boolean; chars: number }): Speech {
  const dice = diceFrom(seed)
  const words = (length: number): string => {
    let text = ''
    while (text.length < length) text += `${dice.shuffle(WORDS)[0]}${dice.between(0, 3) < 1 ? '' : ' '}`
    return text
  }
  const whole = json
    ? JSON.stringify({
        ...{
          first: words(chars / 3),
          score: Math.round(dice.between(-1e6, 1e6)) / 100,
          second: words(chars / 3),
        },
        ...{ tags: [words(10), '', words(10)], third: words(chars / 3) },
      })
    : `so ${words(chars)}.`
  const text = json && dice.between(0, 2) < 1 ? whole.replaceAll(/[^\x20-\x7e]/g, asEscape) : whole
  const pieces: string[] = []
  for (let at = 0; at < text.length; ) {
    const size = Math.floor(dice.between(1, 24))
    pieces.push(text.slice(at, at + size))
    at += size
  }
  return { text, pieces }
}

const asEscape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
