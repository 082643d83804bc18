// The Couchbase SDK for Node.js against a server that NodeSdkIT has started. Its port is in SLUICE_PORT, its bucket is "travel".
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import couchbase from 'couchbase'

let cluster
let collection
// A CAS that is no lock's: that of another document's mutation.
let other

const fails = (error) => (e) => e instanceof error || assert.fail(`expected ${error.name}, got ${e}`)

before(async () => {
  cluster = await couchbase.connect(`couchbase://127.0.0.1:${process.env.SLUICE_PORT}`, {
    username: 'Administrator',
    password: 'password',
    timeouts: { kvTimeout: 10000, kvDurableTimeout: 10000, connectTimeout: 10000 }
  })
  collection = cluster.bucket('travel').defaultCollection()
  other = (await collection.upsert('other', 1)).cas
})

after(async () => {
  await cluster.close()
})

test('documents', async () => {
  const stored = await collection.upsert('doc', { name: 'a' })
  const read = await collection.get('doc')
  assert.deepEqual(read.content, { name: 'a' })
  assert.equal(read.cas.toString(), stored.cas.toString())
  await assert.rejects(collection.insert('doc', {}), fails(couchbase.DocumentExistsError))
  const replaced = await collection.replace('doc', { name: 'b' }, { cas: read.cas })
  await assert.rejects(collection.replace('doc', {}, { cas: read.cas }), fails(couchbase.CasMismatchError))
  assert.equal((await collection.exists('doc')).exists, true)
  await collection.remove('doc', { cas: replaced.cas })
  assert.equal((await collection.exists('doc')).exists, false)
  await assert.rejects(collection.get('doc'), fails(couchbase.DocumentNotFoundError))
  await assert.rejects(collection.replace('doc', {}), fails(couchbase.DocumentNotFoundError))
})

test('expiry, touch and locks', async () => {
  await collection.upsert('touched', 1, { expiry: 3600 })
  assert.equal((await collection.getAndTouch('touched', 7200)).content, 1)
  await collection.touch('touched', 3600)
  const locked = await collection.getAndLock('touched', 20)
  await assert.rejects(collection.unlock('touched', stranger(locked.cas)), fails(couchbase.CasMismatchError))
  await assert.rejects(collection.upsert('touched', 2, { timeout: 700 }), fails(couchbase.TimeoutError))
  await collection.unlock('touched', locked.cas)
  await collection.upsert('touched', 2)
})

function stranger(cas) {
  assert.notEqual(other.toString(), cas.toString())
  return other
}

test('binary', async () => {
  const binary = collection.binary()
  assert.equal((await binary.increment('counter', 1, { initial: 10 })).value, 10)
  assert.equal((await binary.increment('counter', 5)).value, 15)
  assert.equal((await binary.decrement('counter', 100)).value, 0)
  await collection.upsert('bytes', Buffer.from('b'))
  await binary.append('bytes', 'c')
  await binary.prepend('bytes', 'a')
  assert.equal((await collection.get('bytes')).content.toString(), 'abc')
})

test('a large value', async () => {
  const value = Buffer.alloc(19 << 20, 'x')
  await collection.upsert('large', value)
  assert.ok(value.equals((await collection.get('large')).content))
  await assert.rejects(collection.upsert('large', Buffer.alloc((20 << 20) + 1, 'x')), fails(couchbase.ValueTooLargeError))
  await collection.remove('large')
})

test('durability', async () => {
  await collection.upsert('durable', 1, { durabilityLevel: couchbase.DurabilityLevel.Majority })
  await assert.rejects(
    collection.upsert('durable', 1, { durabilityLevel: couchbase.DurabilityLevel.PersistToMajority }),
    fails(couchbase.DurabilityLevelNotAvailableError)
  )
})

test('collections', async () => {
  const hotel = cluster.bucket('travel').scope('inventory').collection('hotel')
  await hotel.upsert('doc', 'hotel')
  await assert.rejects(collection.get('doc'), fails(couchbase.DocumentNotFoundError))
  assert.equal((await hotel.get('doc')).content, 'hotel')
  await hotel.remove('doc')
  const unknown = cluster.bucket('travel').scope('inventory').collection('nothing')
  await assert.rejects(unknown.get('doc', { timeout: 700 }), fails(couchbase.TimeoutError))
})

test('scans', async () => {
  const airline = cluster.bucket('travel').scope('inventory').collection('airline')
  const ids = Array.from({ length: 100 }, (_, i) => `scan-${i}`)
  await Promise.all(ids.map((id) => airline.upsert(id, { id })))
  const found = await airline.scan(new couchbase.PrefixScan('scan-'))
  assert.deepEqual(found.map((result) => result.id).sort(), ids.sort())
  assert.ok(found.every((result) => result.content.id === result.id))
})

test('replicas: there are none', async () => {
  await collection.upsert('replicated', 1)
  assert.equal((await collection.getAnyReplica('replicated')).content, 1)
  assert.equal((await collection.getAllReplicas('replicated')).length, 1)
})

test('a thousand operations at once', async () => {
  await Promise.all(Array.from({ length: 1000 }, (_, i) => collection.upsert(`many-${i}`, i)))
  const values = await Promise.all(Array.from({ length: 1000 }, (_, i) => collection.get(`many-${i}`)))
  values.forEach((result, i) => assert.equal(result.content, i))
})

test('ping', async () => {
  const report = await cluster.bucket('travel').ping({ serviceTypes: [couchbase.ServiceType.KeyValue] })
  assert.ok(report.services.kv.length > 0)
  assert.ok(report.services.kv.every((endpoint) => endpoint.state === couchbase.PingState.Ok))
})

const { LookupInSpec, MutateInSpec, StoreSemantics } = couchbase

test('sub-documents', async () => {
  await collection.upsert('sub', { a: { b: [1, 2] }, n: 5 })
  const found = await collection.lookupIn('sub', [
    LookupInSpec.get('a.b[-1]'),
    LookupInSpec.exists('nothing'),
    LookupInSpec.count('a.b'),
    LookupInSpec.get('nothing'),
    LookupInSpec.get(couchbase.LookupInMacro.Cas)
  ])
  assert.equal(found.content[0].value, 2)
  assert.equal(found.content[1].value, false)
  assert.equal(found.content[2].value, 2)
  assert.ok(found.content[3].error instanceof couchbase.PathNotFoundError)
  assert.match(found.content[4].value, /^0x[0-9a-f]{16}$/)
  const changed = await collection.mutateIn('sub', [
    MutateInSpec.upsert('x.y', 1, { createPath: true }),
    MutateInSpec.increment('n', 10),
    MutateInSpec.arrayAppend('a.b', [3, 4], { multi: true }),
    MutateInSpec.upsert('meta', { by: 'node' }, { xattr: true }),
    MutateInSpec.upsert('cas', couchbase.MutateInMacro.Cas)
  ])
  assert.equal(changed.content[1].value, 15)
  assert.deepEqual((await collection.get('sub')).content, { a: { b: [1, 2, 3, 4] }, n: 15, x: { y: 1 } })
  const meta = await collection.lookupIn('sub', [LookupInSpec.get('meta.by', { xattr: true })])
  assert.equal(meta.content[0].value, 'node')
  assert.deepEqual((await collection.get('sub', { project: ['n'] })).content, { n: 15 })
  await collection.mutateIn('made', [MutateInSpec.upsert('a', 1)], { storeSemantics: StoreSemantics.Insert })
  await assert.rejects(
    collection.mutateIn('made', [MutateInSpec.upsert('a', 1)], { storeSemantics: StoreSemantics.Insert }),
    fails(couchbase.DocumentExistsError)
  )
  await assert.rejects(collection.mutateIn('sub', [MutateInSpec.insert('n', 1)]), fails(couchbase.PathExistsError))
  await assert.rejects(collection.mutateIn('sub', [MutateInSpec.upsert('n.x', 1)]), fails(couchbase.PathMismatchError))
  await collection.remove('made')
})

test('transactions', async () => {
  await collection.upsert('paid', { n: 10 })
  await cluster.transactions().run(async (attempt) => {
    const paid = await attempt.get(collection, 'paid')
    await attempt.replace(paid, { n: paid.content.n - 1 })
    await attempt.insert(collection, 'received', { n: 1 })
  })
  assert.deepEqual((await collection.get('paid')).content, { n: 9 })
  assert.deepEqual((await collection.get('received')).content, { n: 1 })
  await assert.rejects(
    cluster.transactions().run(async (attempt) => {
      await attempt.remove(await attempt.get(collection, 'received'))
      throw new Error('changed its mind')
    })
  )
  assert.equal((await collection.exists('received')).exists, true)
  await collection.remove('received')
})
