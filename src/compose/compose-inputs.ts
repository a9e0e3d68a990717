import { Agent } from 'undici'
import { type Config, ConfigError, readSecret } from '../config.ts'
import { createAddressRules } from '../inputs/fetch/address-rules.ts'
import { createFetcher } from '../inputs/fetch/fetch-url.ts'
import { createGuardedAgent } from '../inputs/fetch/guarded-agent.ts'
import { createHostRules } from '../inputs/fetch/host-rules.ts'
import { createProcessorCatalogue, type ProcessorCatalogue } from '../inputs/processor-catalogue.ts'
import { readProcessorsFile } from '../inputs/read-processors-file.ts'
import type { Lifecycle } from '../platform/lifecycle.ts'
import type { RunProcessorDeps } from '../runs/execute/inputs/run-processor.ts'

/** The input processors that there are. @throws {ConfigError} for a file that cannot be used */
export function composeProcessors({ fetch, inputProcessorsFile: file }: Config): ProcessorCatalogue {
  try {
    return createProcessorCatalogue(fetch, file === null ? [] : readProcessorsFile(file, readSecret))
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error })
  }
}

/** What fetches for this process, and asks the administrator's processors. */
export function composeFetching(deps: {
  config: Config
  lifecycle: Lifecycle
}): Pick<RunProcessorDeps, 'fetcher' | 'httpProcessors'> {
  const { config, lifecycle } = deps
  const dispatcher = new Agent()
  lifecycle.onClose('input processors', () => dispatcher.destroy())
  const httpProcessors = { dispatcher, bytesMax: config.fetchBytes }
  if (!config.fetch) return { fetcher: null, httpProcessors }
  const fetcher = createFetcher({
    agent: createGuardedAgent(createAddressRules(config.fetchNetworks), config.fetchTimeout * 1000),
    hosts: createHostRules(config.fetchAllow),
    bytesMax: config.fetchBytes,
    timeoutMs: config.fetchTimeout * 1000,
    most: config.fetchConcurrency,
  })
  lifecycle.onClose('fetcher', () => fetcher.close())
  return { fetcher, httpProcessors }
}
