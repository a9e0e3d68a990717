import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { failureOf, S3Away, unreachable } from '../../../src/files/s3/s3-failure.ts'
import { nameOfTarget, readS3Url, type S3Target, urlOf } from '../../../src/files/s3/s3-target.ts'
import { readObjectPage } from '../../../src/files/s3/s3-xml.ts'

const TARGET: S3Target = {
  ...{ bucket: 'files', prefix: 'a/b/', endpoint: new URL('http://storage.test:9000/base/') },
  ...{ publicEndpoint: null, region: 'us-east-1', pathStyle: true },
  ...{ accessKeyId: 'key', secretAccessKey: 'not-to-be-shown', sessionToken: null },
}

describe('the place of files in object storage', () => {
  const good: [text: string, bucket: string, prefix: string][] = [
    ['s3://files', 'files', ''],
    ['s3://files/', 'files', ''],
    ['s3://my.files-1/a', 'my.files-1', 'a/'],
    ['s3://files/a/b_c/~d/', 'files', 'a/b_c/~d/'],
  ]
  for (const [text, bucket, prefix] of good) {
    test(`${text} is bucket ${bucket} and prefix "${prefix}"`, () => {
      assert.deepEqual(readS3Url(text), { bucket, prefix })
    })
  }
  const bad = [
    's3://',
    's3://x',
    's3://FILES',
    's3:/files',
    'https://files/a',
    's3://files//a',
    's3://files/a b',
  ]
  for (const text of [...bad, 's3://files/../a', 's3://files/.', 's3://files/%2e', 's3://files?x', 'files']) {
    test(`${text} is refused`, () => {
      assert.throws(() => readS3Url(text), /expected something like s3:/)
    })
  }

  test('the bucket stands in the path of URLs, or in their host', () => {
    const { endpoint } = TARGET
    assert.equal(urlOf(TARGET, endpoint, 'a/b/x').href, 'http://storage.test:9000/base/files/a/b/x')
    assert.equal(urlOf(TARGET, endpoint, '').href, 'http://storage.test:9000/base/files')
    const inHost = { ...TARGET, pathStyle: false }
    assert.equal(urlOf(inHost, endpoint, 'a/b/x').href, 'http://files.storage.test:9000/base/a/b/x')
    assert.equal(urlOf(inHost, new URL('https://s3.test'), '').href, 'https://files.s3.test/')
  })

  test('its name holds no secret', () => {
    assert.equal(nameOfTarget(TARGET), 's3://files/a/b at http://storage.test:9000')
  })
})

describe('a page of a list', () => {
  const object = (key: string) =>
    `<Contents><Key>${key}</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>"x"</ETag><Size>7</Size></Contents>`

  test('has its objects and where the next one begins', () => {
    const xml = `<?xml version="1.0"?>\n<ListBucketResult xmlns="x"><Prefix>a</Prefix><IsTruncated>true</IsTruncated>${object('a/1')}${object('a/2')}<NextContinuationToken>1/&lt;&amp;&#65;&#x42;=</NextContinuationToken></ListBucketResult>`
    const { objects, next } = readObjectPage(xml)
    const modifiedMs = Date.parse('2026-01-02T03:04:05Z')
    assert.deepEqual(objects, [
      { key: 'a/1', size: 7, modifiedMs },
      { key: 'a/2', size: 7, modifiedMs },
    ])
    assert.equal(next, '1/<&AB=')
  })

  test('decodes keys only where it says that they are coded', () => {
    const coded = `<EncodingType>url</EncodingType>${object('a%2F1+%3C')}`
    assert.equal(readObjectPage(coded).objects[0]?.key, 'a/1 <')
    assert.equal(readObjectPage(object('a%2F1')).objects[0]?.key, 'a%2F1')
    assert.equal(readObjectPage(`<EncodingType>url</EncodingType>${object('%zz')}`).objects[0]?.key, '%zz')
  })

  for (const xml of [
    '',
    '<html>',
    '<ListBucketResult/>',
    '<Contents></Contents>',
    '<IsTruncated>true</IsTruncated>',
  ]) {
    test(`that is ${xml || 'empty'} has none, and none follows`, () => {
      assert.deepEqual(readObjectPage(xml), { objects: [], next: null })
    })
  }
})

describe('what a refusal means', () => {
  const error = (code: string, more = '') =>
    `<Error><Code>${code}</Code><Message>No.</Message>${more}</Error>`
  const table: [status: number, xml: string, away: boolean, words: RegExp][] = [
    [404, error('NoSuchBucket'), false, /there is no bucket files/],
    [403, error('InvalidAccessKeyId'), false, /AWS_ACCESS_KEY_ID/],
    [403, error('SignatureDoesNotMatch'), false, /AWS_SECRET_ACCESS_KEY/],
    [403, error('AccessDenied'), false, /may not do this/],
    [403, '', false, /may not do this/],
    [400, error('ExpiredToken'), false, /AWS_SESSION_TOKEN/],
    [403, error('RequestTimeTooSkewed'), false, /clock .* Sun, 01 Jan/],
    [
      400,
      error('AuthorizationHeaderMalformed', '<Region>eu-1</Region>'),
      false,
      /not us-east-1 but eu-1.*SPLITRUN_S3_REGION/,
    ],
    [301, error('PermanentRedirect'), false, /SPLITRUN_S3_REGION/],
    [307, '', false, /elsewhere/],
    [507, '', false, /full/],
    [413, error('EntityTooLarge'), false, /full/],
    [403, error('QuotaExceeded'), false, /full/],
    [503, error('XMinioStorageFull'), false, /full/],
    [503, error('SlowDown'), true, /cannot do it now/],
    [500, '<html>', true, /cannot do it now/],
    [429, '', true, /cannot do it now/],
    [501, error('NotImplemented'), false, /refused/],
    [418, '', false, /refused/],
  ]
  for (const [status, xml, away, words] of table) {
    test(`${status} ${xml.slice(0, 60)}`, () => {
      const failure = failureOf(TARGET, { status, xml, date: 'Sun, 01 Jan 2026 00:00:00 GMT' })
      assert.equal(failure instanceof S3Away, away)
      assert.match(failure.message, words)
      assert.match(failure.message, /^s3:\/\/files\/a\/b at/)
      assert.doesNotMatch(failure.message, /not-to-be-shown/)
    })
  }
})

describe('storage that cannot be reached', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  const noDescriptors = Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' })

  test('is away for everybody, unless it is for want of something here', () => {
    assert.ok(unreachable(TARGET, reset) instanceof S3Away)
    assert.ok(unreachable(TARGET, new AggregateError([reset])) instanceof S3Away)
    for (const fault of [noDescriptors, new AggregateError([noDescriptors])]) {
      assert.ok(!(unreachable(TARGET, fault) instanceof S3Away))
    }
  })
})
