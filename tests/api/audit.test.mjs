// The audit log over HTTP and from the command line (T03, T04): complete, filtered, chained, tampering found.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { ON_PG, Server, lexline } from './harness.mjs'

let server, admin, op
before(async () => {
  server = await Server.start()
  admin = await server.as('admin')
  op = await server.as('op')
})
after(() => server.remove())

const ok = (r, status = 200) => (assert.equal(r.status, status, r.text), r.json)
const log = async (query = '') => ok(await admin.get(`/api/audit?${query}`)).items

test('T04 a write leaves who, when and what', async () => {
  ok(await op.put('/api/me/presence', { presence: 'here' }))
  const [entry] = await log('action=me.presence')
  assert.equal(entry.actor.name, '坐席甲')
  assert.deepEqual(entry.detail, { presence: 'here' })
  assert.ok(Math.abs(Date.parse(entry.at) - Date.now()) < 60000)
  assert.equal(entry.ip, '127.0.0.1')
})

test('T04 a failed sign-in is in the log of the organisation, without the password', async () => {
  await server.client().signIn('op', 'not-my-password-7531')
  const [entry] = await log('action=session.refuse')
  assert.equal(entry.subject_id, op.person.id)
  assert.ok(!JSON.stringify(await log('limit=500')).includes('7531'))
})

test('a refused call leaves no entry', async () => {
  const before = (await log('limit=500')).length
  assert.equal((await op.post('/api/people', { name: 'x' })).status, 403)
  assert.equal((await op.put('/api/me/presence', { presence: 'nowhere' })).status, 422)
  assert.equal((await log('limit=500')).length, before)
})

test('pages by key, filters by time and person', async () => {
  for (let i = 0; i < 5; i++) ok(await op.put('/api/me/presence', { presence: i % 2 ? 'here' : 'away' }))
  const first = ok(await admin.get(`/api/audit?limit=2&actor_id=${op.person.id}`))
  const second = ok(await admin.get(`/api/audit?limit=2&actor_id=${op.person.id}&before=${first.next}`))
  assert.equal(first.items.length, 2)
  assert.ok(BigInt(second.items[0].id) < BigInt(first.items[1].id))
  assert.equal((await log(`from=${encodeURIComponent(new Date(Date.now() + 60000).toISOString())}`)).length, 0)
})

test('T02 only those who supervise read it', async () => {
  assert.equal((await op.get('/api/audit')).status, 403)
  assert.equal((await op.post('/api/audit/verify', {})).status, 403)
  assert.equal((await server.client().get('/api/audit')).status, 401)
})

test('the chain is whole, and says how long it is', async () => {
  // On PostgreSQL linking follows the commit: wait until it has caught up.
  const entries = (await log('limit=500')).length
  let v
  for (let i = 0; i < 200; i++) {
    v = ok(await admin.post('/api/audit/verify', {}, {}))
    if (v.entries >= entries || i > 4) break
    await new Promise((r) => setTimeout(r, 200))
  }
  assert.deepEqual([v.ok, v.findings], [true, []])
  assert.ok(v.entries >= entries, `${v.entries} of ${entries}`)
})

test('a changed entry is found by the server and by the command line', { skip: ON_PG && 'the file is changed with sqlite3' }, async () => {
  await server.stop()
  assert.equal(lexline(['verify', 'audit', '--data', server.dir]).code, 0)
  const script = `import sqlite3,sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE audit SET actor_id = actor_id + 1 WHERE id = (SELECT audit_id FROM audit_link WHERE seq = 3)")
db.commit()`
  const r = spawnSync('python3', ['-c', script, path.join(server.dir, 'lexline.db')], { encoding: 'utf8' })
  assert.equal(r.status, 0, r.stderr)
  const verdict = lexline(['verify', 'audit', '--data', server.dir])
  assert.notEqual(verdict.code, 0)
  assert.match(verdict.stdout + verdict.stderr, /3/)
  await server.serve()
  admin = await server.as('admin')
  const v = ok(await admin.post('/api/audit/verify', {}))
  assert.equal(v.ok, false)
  assert.deepEqual(v.findings.map((f) => [f.store, f.seq]), [['cases', 3]])
})
