// The Couchbase SDK for Node.js where it may not do what it asks for. The server's port is in SLUICE_PORT; it has a user
// "app" with the password "s3cret", who may use the bucket "travel", read in "readable", and nothing else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import couchbase from 'couchbase'

const connect = (password) =>
  couchbase.connect(`couchbase://127.0.0.1:${process.env.SLUICE_PORT}`, {
    username: 'app',
    password,
    timeouts: { kvTimeout: 5000, connectTimeout: 5000, bootstrapTimeout: 5000 }
  })

const fails = (error) => (e) => e instanceof error || assert.fail(`expected ${error.name}, got ${e}`)

test('the right password', async () => {
  const cluster = await connect('s3cret')
  try {
    const collection = cluster.bucket('travel').defaultCollection()
    await collection.upsert('login', 1)
    assert.equal((await collection.get('login')).content, 1)
  } finally {
    await cluster.close()
  }
})

test('a wrong password is told at once', async () => {
  const start = Date.now()
  await assert.rejects(connect('wrong'), fails(couchbase.AuthenticationFailureError))
  assert.ok(Date.now() - start < 4000)
})

// The SDK says "bucket_not_found" on its console; operations wait for the bucket until their time is over.
test('a bucket that is not there', async () => {
  const cluster = await connect('s3cret')
  try {
    const collection = cluster.bucket('missing').defaultCollection()
    await assert.rejects(collection.get('k', { timeout: 1000 }), fails(couchbase.UnambiguousTimeoutError))
  } finally {
    await cluster.close()
  }
})

test('a missing privilege', async () => {
  const cluster = await connect('s3cret')
  try {
    const collection = cluster.bucket('readable').defaultCollection()
    assert.equal((await collection.exists('k')).exists, false)
    await assert.rejects(collection.upsert('k', 1), fails(couchbase.AuthenticationFailureError))
  } finally {
    await cluster.close()
  }
})
