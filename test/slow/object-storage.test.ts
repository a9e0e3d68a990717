import { describe } from 'node:test'
import { testFileHome } from '../support/files/file-home-tests.ts'
import { testFileStore } from '../support/files/file-store-tests.ts'
import { placesIn } from '../support/files/places.ts'
import { useSwift } from '../support/files/swift.ts'

describe('files in OpenStack Swift', () => {
  const swift = useSwift()
  testFileStore(placesIn(swift))
  testFileHome(placesIn(swift))
})
