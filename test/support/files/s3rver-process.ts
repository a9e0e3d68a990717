import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { keepObjectsWhole, type S3rverStore } from './whole-objects.ts'

interface S3rverOptions {
  readonly port: number
  readonly address: string
  readonly directory: string
  readonly silent: boolean
}

// Its package has no types.
const S3rver = createRequire(import.meta.url)('@20minutes/s3rver') as new (
  options: S3rverOptions,
) => { readonly store: S3rverStore; run(): Promise<unknown> }

const [port, folder = ''] = process.argv.slice(2)
const [directory, drafts] = [join(folder, 'buckets'), join(folder, 'drafts')]
for (const each of [directory, drafts]) mkdirSync(each, { recursive: true })
const server = new S3rver({ port: Number(port), address: '127.0.0.1', directory, silent: true })
keepObjectsWhole(server.store, drafts)
await server.run()
