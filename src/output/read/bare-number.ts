const UNDERSCORES = /(?<=\d)_(?=\d)/g
const THOUSANDS = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/
const NUMBER = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * The number that a text without quotes is: with `_` between its digits, with `,` between its thousands, with digits on
 * one side of its point only. Undefined for any other text, such as `0,5` and `007`, of which nobody knows what it means.
 */
export function readBareNumber(text: string): number | undefined {
  const digits = THOUSANDS.test(text) ? text.replaceAll(',', '') : text.replace(UNDERSCORES, '')
  return NUMBER.test(digits) ? Number(digits) : undefined
}
