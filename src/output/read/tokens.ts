/**
 * The patterns of almost-JSON that several files need. All are sticky, and none looks further than a key and a run of
 * white space, which keeps reading linear.
 */

/** White space, and characters that nobody sees: zero-width ones, byte order marks, marks of direction. */
const BLANKS = String.raw`\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff`
const BLANK = `[${BLANKS}]`
const ANY_QUOTE = '["\'“”„‘’`´«»]'
/** The keys that a format can have. Others are read, too, but nothing is mended by them. */
const KEY = String.raw`[\w.$-]{1,64}`
/** A key in quotes that belong together: in other ones they are part of it. */
const IN_QUOTES = `(?:"${KEY}"|'${KEY}'|[“”„]${KEY}[“”"]|[‘’]${KEY}[’']|[\`´]${KEY}[\`´]|«${KEY}»)`
const COLON = '(?::|：|=>?)'

const sticky = (source: string) => new RegExp(source, 'y')

export const SPACE = sticky(`${BLANK}*`)
/** A line break that was escaped once too often: `{\n "a": 1}` with a backslash and an n. */
export const ESCAPED_BREAK = sticky(String.raw`\\[nrt](?![a-zA-Z])`)
/** ... before a bracket. */
export const BREAK_BEFORE_END = sticky(String.raw`(?:\\[nrt]${BLANK}*)+[}\]]`)
export const COMMENT_START = sticky(String.raw`#|\/\/|\/\*`)
export const COMMA = sticky('[,，]')
export const COLON_MARK = sticky(COLON)
/** `...` in the place of a member or item, not before its name. */
export const ELLIPSIS = sticky(String.raw`(?:\.{3,}|…)(?=${BLANK}*(?:[,，}\]{[/#"'“‘]|$))`)

/** A quoted key and its colon. */
export const QUOTED_KEY = sticky(`${IN_QUOTES}${BLANK}*${COLON}`)
/** Some words before a key, which say nothing: a note without its comment signs. */
export const STRAY_WORDS = sticky(
  String.raw`[A-Za-z][\w-]{0,63}(?:[^\S\n]+[\w-]{1,64}){0,7}[^\S\n]+(?=${IN_QUOTES}${BLANK}*${COLON})`,
)
/** Another member behind a bracket that closed its object too early. */
export const NEXT_MEMBER = sticky(String.raw`${BLANK}*,${BLANK}*${IN_QUOTES}${BLANK}*(?:${COLON}|["“'{[\d])`)
/** What follows a comma between members; a comma before anything else belongs to a text. */
export const AFTER_COMMA = sticky(
  String.raw`,(?:${BLANK}*(?:[,}\]#…]|${ANY_QUOTE}|\/[/*]|\.{3}|${KEY}["”]?${BLANK}*${COLON}|$)|[^\S\n]*\n)`,
)
/** The beginning of a key with a colon in it, or the whole of one without its closing quote. */
export const KEY_TO_COLON = sticky(`"${KEY}(?=${BLANK}*[:：])`)
/** The end of a key that is quoted well, as far as the text goes. */
export const END_OF_KEY = sticky(`"${BLANK}*(?:${COLON}|$)`)
/** A key with its quotes, or with the closing or neither. */
export const PLAIN_KEY = sticky(String.raw`(?:${IN_QUOTES}|[\w.$-]+["”]?)`)
/** What may begin behind a key without a colon. */
export const VALUE_START = sticky(String.raw`["“'‘{[]|-?\d|(?:true|false|null|True|False|None)\b`)
/** What can follow a literal or a number, so that it is not the beginning of some words. */
export const AFTER_WORD = sticky(
  String.raw`${BLANK}*(?:[,，}\]{[#"“'‘…]|\/[/*]|\.{3}|-?\d|\\[nrt]|${'```'}|${KEY}["”]?${BLANK}*${COLON}|$)|[^\S\n\r]*[\n\r]`,
)
/** What can follow the end of a string within which a quote is open: the end of the object, a key, or a value. */
export const AFTER_STRING = sticky(
  String.raw`[${BLANKS}},\]]*(?:$|${ANY_QUOTE}|[{[/#\d…-]|\.{3}|${'```'}|${KEY}${BLANK}*${COLON})`,
)

const ONE_BLANK = new RegExp(BLANK)

/** Without the white space and invisible characters around it. */
export function trimmed(text: string): string {
  const isBlank = (at: number) => ONE_BLANK.test(text.charAt(at))
  let start = 0
  let end = text.length
  while (start < end && isBlank(start)) start++
  while (end > start && isBlank(end - 1)) end--
  return text.slice(start, end)
}
