import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../../src/platform/redis/redis.ts'
import { createCredentialStore } from '../../../src/tenancy/credential-store.ts'
import { testRedisUrl } from '../../support/redis.ts'

const FIELDS = { name: 'ci', scopes: ['run:read'], expires: null } as const
const aProject = () => ({ id: newId(), org_id: newId(), name: 'Web', created: '2026-01-01T00:00:00.000Z' })

async function open(t: { after(close: () => void): void }) {
  const connections = connectRedis(testRedisUrl(), silentLogger())
  t.after(() => connections.close())
  return connections.commands('credentials')
}

/** The same Redis for a process that has something happen to it when it has first read a credential. */
function interrupted(redis: Redis, meanwhile: () => Promise<unknown>): Redis {
  let happens: typeof meanwhile | null = meanwhile
  const hget = async (key: string, field: string) => {
    const text = await redis.hget(key, field)
    const now = happens
    happens = null
    await now?.()
    return text
  }
  return Object.assign(Object.create(redis) as Redis, { hget })
}

test('of projects that make clients of one id at once, one has it, and it is found there', async (t) => {
  const redis = await open(t)
  for (let round = 0; round < 20; round += 1) {
    const id = newId()
    const projects = Array.from({ length: 4 }, aProject)
    const stores = projects.map(() => createCredentialStore(redis, 'oauth_client', 10))
    const issued = await Promise.all(
      projects.map((project, at) => stores[at]?.create(project, { ...FIELDS, id })),
    )
    const [made, ...more] = issued.flatMap((each) => each ?? [])
    assert.ok(made)
    assert.deepEqual(more, [])
    for (const [at, { id: project }] of projects.entries()) {
      const found = await stores[at]?.find(id)
      assert.equal(found?.project_id, made.credential.project_id)
      const isOwner = project === found?.project_id
      assert.deepEqual((await stores[at]?.list(project))?.length, isOwner ? 1 : 0)
    }
  }
})

test('a client that is deleted while it gets a new secret may be made anew elsewhere, and is found there', async (t) => {
  const redis = await open(t)
  const id = newId()
  const [before, after] = [aProject(), aProject()]
  const others = createCredentialStore(redis, 'oauth_client', 10)
  await others.create(before, { ...FIELDS, id })
  const store = createCredentialStore(
    interrupted(redis, async () => {
      await others.remove(before.id, id)
      assert.ok(await others.create(after, { ...FIELDS, id }))
    }),
    'oauth_client',
    10,
  )
  assert.equal(await store.rotate(before.id, id), null)
  const found = await createCredentialStore(redis, 'oauth_client', 10).find(id)
  assert.equal(found?.project_id, after.id)
})
