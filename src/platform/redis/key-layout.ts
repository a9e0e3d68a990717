/**
 * The keys of one store, each as a template: `run:<id>` stands for one key per id. Templates are written once; the keys
 * that TypeScript and Lua use are both made of them.
 */
export type KeyLayout = Readonly<Record<string, string>>

type Parameters<Template> = Template extends `${string}<${string}>${infer Rest}`
  ? [string, ...Parameters<Rest>]
  : []

type Key<Template> = Parameters<Template> extends [] ? string : (...values: Parameters<Template>) => string

/** What a layout comes to: a text for each key that there is once, a function for each that there are many of. */
export type Keys<Layout extends KeyLayout> = { readonly [Name in keyof Layout]: Key<Layout[Name]> }

/** The keys of a layout, each behind `prefix`. */
export function keysOf<const Layout extends KeyLayout>(layout: Layout, prefix: string): Keys<Layout> {
  const keys = Object.entries(layout).map(([name, template]) => [name, keyOf(partsOf(template), prefix)])
  return Object.fromEntries(keys)
}

/** The texts around the parameters of a template: `run:<id>:lock` has `run:` and `:lock`. */
const partsOf = (template: string): string[] => template.split(/<\w+>/)

function keyOf([first = '', ...rest]: readonly string[], prefix: string): unknown {
  const head = prefix + first
  if (rest.length === 0) return head
  return (...values: string[]) => rest.reduce((key, part, at) => key + values[at] + part, head)
}

/**
 * The same keys for a Lua script, as a table `key`: `key.running`, or `key.run(id)`. Names are in snake_case, as Lua has
 * them. Only those that stand in `text` are defined, since each costs the script a little.
 * @param prefix a Lua expression for what stands before each key
 */
export function luaKeysOf(layout: KeyLayout, prefix: string, text: string): string {
  const used = Object.entries(layout)
    .map(([name, template]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), template])
    .filter(([name]) => new RegExp(`\\bkey\\.${name}\\b`).test(text))
  const keys = used.map(([name = '', template = '']) => luaKeyOf(name, template))
  return `local prefix = ${prefix}\nlocal key = {\n${keys.join('')}}\n`
}

function luaKeyOf(name: string, template: string): string {
  const parts = partsOf(template)
  const parameters = parts.slice(1).map((_, at) => `p${at + 1}`)
  const pieces = parts.flatMap((part, at) => [part && `'${part}'`, parameters[at]]).filter(Boolean)
  const key = ['prefix', ...pieces].join(' .. ')
  return parameters.length === 0
    ? `  ${name} = ${key},\n`
    : `  ${name} = function(${parameters.join(', ')}) return ${key} end,\n`
}
