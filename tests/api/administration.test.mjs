// People, roles, grants, organisations (S01, T02), and the log of what was done with them (T04).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Server, until } from './harness.mjs'

let server, admin, boss
before(async () => {
  server = await Server.start()
  admin = await server.as('admin')
  boss = await server.as('boss')
})
after(() => server.remove())

async function items(client, target) {
  const r = await client.get(target)
  assert.equal(r.status, 200, `${target}: ${r.text}`)
  return r.json.items
}

const orgNamed = async (name) => (await items(admin, '/api/orgs')).find((o) => o.name === name)

async function create(name, roles, org = '东湖站', more = {}) {
  const r = await admin.post('/api/people', { name, display_name: name, roles, org_id: (await orgNamed(org)).id, ...more })
  assert.equal(r.status, 201, r.text)
  return r.json
}

const ok = (r, status = 200) => (assert.equal(r.status, status, r.text), r.json)

test('a person is added, found, changed; telephone and mail are never shown whole', async () => {
  const { id, password } = await create('mei', ['operator'], '东湖站', { phone: '138 0013 8000', email: 'mei@example.org' })
  assert.ok(password.length >= 12)
  const seen = ok(await admin.get(`/api/people/${id}`))
  assert.equal(seen.org_name, '东湖站')
  assert.deepEqual(seen.roles, ['operator'])
  assert.equal(seen.password_must_change, true)
  assert.ok(seen.phone_hint && !JSON.stringify(seen).includes('13800138000'))
  assert.ok(seen.email_hint && !JSON.stringify(seen).includes('mei@example.org'))
  const changed = ok(await admin.patch(`/api/people/${id}`, { display_name: '梅', roles: ['operator', 'archivist'], version: seen.version }))
  assert.ok(changed.version > seen.version)
  const stale = await admin.patch(`/api/people/${id}`, { display_name: '竹', version: seen.version })
  assert.equal(stale.status, 409)
  assert.equal(stale.json.code, 'stale')
  assert.equal(ok(await admin.get(`/api/people/${id}`)).display_name, '梅')
  assert.ok((await items(admin, '/api/people?q=梅')).some((p) => p.id === id))
  const twice = await admin.post('/api/people', { name: 'mei', roles: ['operator'] })
  assert.equal(twice.status, 409)
  assert.equal(twice.json.code, 'exists')
})

test('who left cannot come in, and sessions end at once', async () => {
  const { id, password } = await create('left', ['operator'])
  const c = await server.as('left', password)
  ok(await admin.patch(`/api/people/${id}`, { active: false }))
  assert.equal((await c.get('/api/me')).status, 401)
  assert.equal((await server.client().signIn('left', password)).status, 401)
})

test('a reset password is new, and one’s own is changed with the old one', async () => {
  const { id, password } = await create('forgetful', ['operator'])
  const reset = ok(await admin.post(`/api/people/${id}/password`))
  assert.notEqual(reset.password, password)
  assert.equal((await server.client().signIn('forgetful', password)).status, 401)
  const c = await server.as('forgetful', reset.password)
  assert.notEqual((await c.post('/api/me/password', { old: 'wrong', new: 'a-Much-Longer-Passw0rd' })).status, 204)
  assert.equal((await c.post('/api/me/password', { old: reset.password, new: 'short' })).status, 422)
  ok(await c.post('/api/me/password', { old: reset.password, new: 'a-Much-Longer-Passw0rd' }), 204)
  const again = await server.as('forgetful', 'a-Much-Longer-Passw0rd')
  assert.equal((await again.get('/api/me')).json.password_must_change, false)
})

test('too many wrong passwords lock; the head unlocks', async () => {
  const { id, password } = await create('clumsy', ['operator'])
  let r
  for (let i = 0; i < 30 && r?.status !== 423; i++) r = await server.client().signIn('clumsy', 'wrong-wrong-wrong')
  assert.equal(r.status, 423)
  assert.equal((await server.client().signIn('clumsy', password)).status, 423)
  ok(await admin.post(`/api/people/${id}/unlock`), 204)
  assert.equal((await server.client().signIn('clumsy', password)).status, 200)
})

test('one’s own presence, and one-time codes that need the password to go', async () => {
  const { password } = await create('present', ['operator'])
  const c = await server.as('present', password)
  assert.equal(ok(await c.put('/api/me/presence', { presence: 'here' })).presence, 'here')
  const totp = ok(await c.post('/api/me/totp'))
  assert.match(totp.uri, /^otpauth:\/\/totp\//)
  assert.match(totp.svg, /^<(\?xml|svg)/)
  assert.equal((await c.post('/api/me/totp/confirm', { otp: '000000' })).status >= 400, true)
  assert.notEqual((await c.post('/api/me/totp/remove', { password: 'wrong' })).status, 204)
  ok(await c.post('/api/me/totp/remove', { password }), 204)
})

test('organisations form a tree that cannot bite its tail', async () => {
  const top = await orgNamed('测试法律服务中心')
  const { id } = ok(await admin.post('/api/orgs', { name: '南湖站', kind: 'county', parent_id: top.id }), 201)
  const made = (await items(admin, '/api/orgs')).find((o) => o.id === id)
  assert.equal(made.parent_id, top.id)
  ok(await admin.patch(`/api/orgs/${id}`, { name: '南湖新站', version: made.version }))
  assert.ok(await orgNamed('南湖新站'))
  const circle = await admin.patch(`/api/orgs/${top.id}`, { parent_id: id })
  assert.ok([403, 409, 422].includes(circle.status), circle.text)
})

test('the head of the hotline says what a role may do (T02)', async () => {
  const op = await server.as('op')
  assert.equal((await op.get('/api/audit')).status, 403)
  const grants = await items(boss, '/api/roles/operator/grants')
  const entry = grants.find((g) => g.op === 'audit.list')
  assert.equal(entry.allow, false)
  assert.equal(ok(await boss.put('/api/roles/operator/grants', { op: 'audit.list', allow: true })).allow, true)
  assert.equal((await op.get('/api/audit')).status, 200)
  ok(await boss.put('/api/roles/operator/grants', { op: 'audit.list', allow: null }))
  assert.equal((await op.get('/api/audit')).status, 403)
  const unknown = await boss.put('/api/roles/operator/grants', { op: 'no.such_thing', allow: true })
  assert.ok([404, 422].includes(unknown.status), unknown.text)
})

test('a role of one’s own is made, changed, given and removed', async () => {
  const label = { zh: '夜班坐席', en: 'Night operator' }
  ok(await admin.post('/api/roles', { name: 'night', label, tier: 10, based_on: ['operator'] }), 201)
  assert.deepEqual((await items(admin, '/api/roles')).find((r) => r.name === 'night').label, label)
  ok(await admin.patch('/api/roles/night', { label: { zh: '夜班', en: 'Night' } }))
  const { id, password } = await create('owl', ['night'])
  const owl = await server.as('owl', password)
  assert.equal((await owl.get('/api/people')).status, 200) // as an operator may
  const used = await admin.delete('/api/roles/night')
  if (used.status !== 204) {
    assert.equal(used.status, 409, used.text)
    ok(await admin.patch(`/api/people/${id}`, { roles: ['operator'] }))
    ok(await admin.delete('/api/roles/night'), 204)
  }
  assert.ok(!(await items(admin, '/api/roles')).some((r) => r.name === 'night'))
  assert.ok((await admin.delete('/api/roles/operator')).status >= 400) // built in
})

test('the audit log tells who did what, and its chain is whole', async () => {
  const { id } = await create('logged', ['operator'])
  const entries = await items(admin, `/api/audit?subject_id=${id}`)
  const made = entries.find((e) => e.action === 'people.create')
  assert.ok(made, JSON.stringify(entries))
  assert.equal(made.actor.name, '管理员')
  assert.ok(!JSON.stringify(entries).includes('13800138000'))
  assert.equal((await admin.get('/api/access-log')).status, 200)
  // On PostgreSQL entries are linked a moment after their commit.
  const verified = await until(async () => {
    const v = ok(await admin.post('/api/audit/verify'))
    assert.equal(v.ok, true)
    return v.entries > 10 && v
  })
  assert.deepEqual(verified.findings, [])
})
