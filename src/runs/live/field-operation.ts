/**
 * A change of the object that an answer is to become. `path` is a JSON Pointer (RFC 6901). `append` adds to the text there,
 * which is empty where there was none; `set` puts a value there: numbers and words when they are complete, and empty
 * objects, lists and texts when they begin; at the end of a run whole members, where the response has them otherwise.
 */
export type FieldOperation =
  | { readonly path: string; readonly append: string }
  | { readonly path: string; readonly set: unknown }
