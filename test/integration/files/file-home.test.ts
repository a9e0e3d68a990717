import { describe } from 'node:test'
import { testFileHome } from '../../support/files/file-home-tests.ts'
import { placesIn, placesOnDisk } from '../../support/files/places.ts'
import { useS3rver } from '../../support/files/s3rver.ts'

describe('a folder and Redis', () => testFileHome(placesOnDisk))

describe('a bucket and Redis', () => {
  const server = useS3rver()
  testFileHome(placesIn(server))
})
