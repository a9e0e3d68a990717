import { createRequire } from 'node:module'

interface S3rverOptions {
  readonly port: number
  readonly address: string
  readonly directory: string
  readonly silent: boolean
}

// Its package has no types.
const S3rver = createRequire(import.meta.url)('@20minutes/s3rver') as new (
  options: S3rverOptions,
) => { run(): Promise<unknown> }

const [port, directory = ''] = process.argv.slice(2)
await new S3rver({ port: Number(port), address: '127.0.0.1', directory, silent: true }).run()
