import { type HomeMarker, MARKER_NAME, type MarkerStore, parseMarker } from '../home-marker.ts'
import type { S3Client } from './s3-client.ts'
import { S3Failure } from './s3-failure.ts'
import { translate } from './translate.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

export function createS3Marker(client: S3Client): MarkerStore {
  const write = (content: HomeMarker, headers: Readonly<Record<string, string>>): Promise<boolean> =>
    client.put(MARKER_NAME, Buffer.from(JSON.stringify(content)), { ...JSON_TYPE, ...headers })

  return {
    read: () =>
      translate(async () => {
        const found = await client.get(MARKER_NAME)
        return found && parseMarker(found.data.toString())
      }),
    create: (content) =>
      translate(async () => {
        try {
          await write(content, { 'if-none-match': '*' })
        } catch (error) {
          // Some servers make no object conditionally. Processes of one Redis are kept apart there.
          if (!(error instanceof S3Failure) || error.code !== 'NotImplemented') throw error
          await write(content, {})
        }
      }),
    replace: (content) => translate(async () => void (await write(content, {}))),
    hasFiles: () =>
      // Keys are listed in their order, and those of files stand before all others here.
      translate(async () => /^[0-9a-f]{2}\//.test((await client.first(''))?.key ?? '')),
  }
}
