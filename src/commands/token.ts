import { type Command, InvalidArgumentError } from 'commander'
import type { Core } from '../compose/compose-core.ts'
import { ApiError } from '../platform/errors.ts'
import { GRANTABLE_SCOPES, PROJECT_SCOPES, type Project, type Scope } from '../tenancy/tenant.ts'
import { type CommandContext, print } from './command-context.ts'
import { CommandError } from './exit-codes.ts'
import { describeUse } from './help-text.ts'
import { withCore } from './with-core.ts'

const MOST_OF_A_NAME = 100
/** Scopes that a key has only where somebody says so. */
const NOT_UNASKED = GRANTABLE_SCOPES.filter((scope) => !PROJECT_SCOPES.some((given) => given === scope))

interface TokenOptions {
  readonly project?: string
  readonly orgName: string
  readonly projectName: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** ISO time. */
  readonly expires?: string
  readonly oauth?: boolean
}

/** `splitrun token`: a key, or an OAuth client, for a project that is there or for a new one. */
export function addToken(program: Command, context: CommandContext): void {
  const command = program.command('token').summary('make a key of a project, or an OAuth client')
  command
    .description(
      'Makes a key of a project, or an OAuth client. Without --project, a new organisation and project.',
    )
    .addOption(
      command
        .createOption('--project <id>', 'the project that it is for')
        .conflicts(['orgName', 'projectName']),
    )
    .option('--org-name <name>', 'name of the new organisation', readName, 'Default')
    .option('--project-name <name>', 'name of the new project', readName, 'Default')
    .option('--name <name>', 'what it is called in lists', readName, 'token')
    .addOption(
      command
        .createOption('--scopes <list>', `what it may do: any of ${GRANTABLE_SCOPES.join(',')}`)
        .argParser(readScopes)
        .default(PROJECT_SCOPES, `all but ${NOT_UNASKED.join(',')}`),
    )
    .option('--expires <time>', 'when it ends, as an ISO time (default: never)', readTime)
    .option('--oauth', 'make an OAuth client instead of a key')
    .action(async (options: TokenOptions) => {
      const made = await withCore(context, 'token', (core) => makeToken(core, options))
      await print(context.stdout, JSON.stringify(made, null, 2))
    })
  describeUse(command, 'what was made, as a JSON object; its secret is shown this once', [
    ['splitrun token --org-name Acme --project-name Web', 'a new project with a key'],
    [
      'splitrun token --project ID --scopes run:read,run:write --expires 2031-01-01T00:00:00Z',
      'a key that only runs',
    ],
    ['splitrun token --project ID --oauth --name ci', 'an OAuth client'],
  ])
}

async function makeToken(core: Core, options: TokenOptions): Promise<object> {
  const { name, scopes, expires = null, oauth = false } = options
  const project =
    options.project === undefined
      ? await createProject(core, options)
      : await core.tenants.project(options.project)
  if (!project) throw new CommandError(`there is no project ${options.project}`)
  const store = oauth ? core.clients : core.apiKeys
  const issued = await store.create(project, { name, scopes, expires }).catch((error: unknown) => {
    throw error instanceof ApiError && error.reason === 'TOO_MANY_KEYS'
      ? new CommandError(error.message)
      : error
  })
  if (!issued) throw new Error('a fresh id was taken')
  const { org_id, project_id, id } = issued.credential
  const { secret } = issued
  const named = oauth ? { client_id: id, client_secret: secret } : { id, token: secret }
  return { org_id, project_id, scopes, expires, ...named }
}

async function createProject({ tenants }: Core, { orgName, projectName }: TokenOptions): Promise<Project> {
  const org = await tenants.createOrganisation(orgName)
  const project = org && (await tenants.createProject(org.id, projectName))
  if (!project) throw new Error('a fresh id was taken')
  return project
}

/** As over HTTP. */
function readName(text: string): string {
  const name = text.trim()
  if (name.length >= 1 && name.length <= MOST_OF_A_NAME) return name
  throw new InvalidArgumentError(`Expected 1-${MOST_OF_A_NAME} characters.`)
}

function readScopes(list: string): readonly Scope[] {
  const scopes = list.split(',').map((given) => {
    const scope = GRANTABLE_SCOPES.find((known) => known === given.trim())
    if (!scope)
      throw new InvalidArgumentError(`There is no scope ${JSON.stringify(given)} that a key may have.`)
    return scope
  })
  return [...new Set(scopes)]
}

/** A date alone is its first moment, of UTC. */
function readTime(text: string): string {
  // Date takes `5` for a month of 2001.
  const time = /^\d{4}-\d{2}-\d{2}(T.+)?$/.test(text) ? new Date(text) : null
  if (!time || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('It is not a time such as 2031-01-01T00:00:00Z.')
  }
  if (time.getTime() <= Date.now()) throw new InvalidArgumentError('It is over already.')
  return time.toISOString()
}
