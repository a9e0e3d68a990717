/** A value without quotes in almost-JSON. Only the format can say whether it is a string or a number. */
export class BareText {
  /** Without the space around it; empty where the value is missing, as in `{"a": , "b": 1}`. */
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}
