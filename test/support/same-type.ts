/** True where two types are the same: neither is wider, and optional and readonly members agree. */
export type Same<A, B> =
  (<T>() => T extends Flat<A> ? 1 : 2) extends <T>() => T extends Flat<B> ? 1 : 2 ? true : false

/** An object's members in one type, however it was put together, at all depths. */
type Flat<T> = T extends readonly (infer Item)[]
  ? readonly Flat<Item>[]
  : T extends object
    ? { [Key in keyof T]: Flat<T[Key]> }
    : T

/** Its argument has to be `true`; all is done by `tsc`. */
export const holds = <_True extends true>(): void => {}
