import { sniffDocument } from '../../../files/document/sniff-document.ts'
import { sniffImage } from '../../../files/image/image-format.ts'
import { ValidationError } from '../../../platform/errors.ts'
import type { SubmittedFile } from '../../../runs/start/submission.ts'
import { parseJson } from '../../body/parse-json.ts'
import { check } from '../../check-request.ts'
import { type Content, contentPart, isObject, readPart } from './read-content.ts'

export type Inputs = Readonly<Record<string, unknown>>

/**
 * The inputs that a text stands for: a JSON object, unless the task has one parameter and the object says nothing of it;
 * else the text itself, for a task of one parameter.
 * @param open names of the parameters that nothing else gave
 * @param name the member that the text stood in
 * @throws {ValidationError} where it is neither
 */
export function inputsOfText(text: string, open: readonly string[], name: string): Inputs {
  const [only] = open
  const object = objectIn(text)
  if (object && (open.length !== 1 || Object.hasOwn(object, only ?? ''))) return object
  if (open.length === 1 && only !== undefined) return { [only]: text }
  const parameters = open.length === 0 ? 'none' : open.join(', ')
  const msg = `a text stands for the one parameter of a task, and here there is not one to take it (open: ${parameters}); send a JSON object of its parameters`
  throw ValidationError.at(['body', name], msg)
}

/**
 * A prompt's variables as inputs. A file among them is a file of the run; where its name stands in a prompt, the model
 * reads `[image 1]`, `[document 1]` or `[recording 1]`.
 * @throws {ValidationError} for an item that no task takes
 */
export function inputsOfVariables(variables: Inputs, into: Content): Inputs {
  const inputs = Object.entries(variables).map(([name, value]) => {
    if (!isInputItem(value)) return [name, value]
    const one: Content = { texts: [], files: [], ignored: [] }
    const place = ['prompt', 'variables', name]
    readPart(check(contentPart, value, ['body', ...place]), place, one)
    into.files.push(...one.files)
    into.ignored.push(...one.ignored)
    const last = into.files.at(-1)
    return [name, one.files.length > 0 && last ? markOf(last, into.files) : one.texts.join('')]
  })
  return Object.fromEntries(inputs)
}

/** What stands in a prompt for a file: its kind, and its number among the files of that kind. */
function markOf(file: SubmittedFile, all: readonly SubmittedFile[]): string {
  const kind = kindOf(file)
  return `[${kind} ${all.filter((each) => kindOf(each) === kind).length}]`
}

/** What is none of these is refused with the run. */
function kindOf({ data }: SubmittedFile): 'image' | 'document' | 'recording' {
  if (sniffImage(data)) return 'image'
  return sniffDocument(data) ? 'document' : 'recording'
}

const isInputItem = (value: unknown): boolean =>
  isObject(value) && typeof value['type'] === 'string' && value['type'].startsWith('input_')

function objectIn(text: string): Inputs | null {
  if (!text.trimStart().startsWith('{')) return null
  try {
    const value = parseJson(text, 'all')
    return isObject(value) ? value : null
  } catch (error) {
    // Too deep is too deep; what is no JSON is a text.
    if (error instanceof ValidationError) throw error
    return null
  }
}
