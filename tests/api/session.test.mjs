// Sessions over HTTP (T02, T04, T08): signing in and out, cookies, several sessions, CSRF, rate limits.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Server } from './harness.mjs'

let server
before(async () => (server = await Server.start()))
after(() => server.remove())

test('health and readiness need no session', async () => {
  const c = server.client()
  assert.equal((await c.get('/healthz')).text, 'ok\n')
  assert.equal((await c.get('/readyz')).text, 'ready\n')
  c.close()
})

test('signing in gives a cookie that scripts in the page cannot read', async () => {
  const c = server.client()
  const r = await c.signIn('op', server.people.op)
  assert.equal(r.status, 200)
  assert.equal(r.json.person.name, 'op')
  assert.deepEqual(r.json.person.roles, ['operator'])
  assert.equal(r.json.password_must_change, true)
  assert.match(String(r.headers['set-cookie']), /HttpOnly/)
  assert.match(String(r.headers['set-cookie']), /SameSite=Strict/)
  const me = await c.get('/api/me')
  assert.equal(me.status, 200)
  assert.equal(me.json.csrf, r.json.csrf)
  assert.ok(me.json.permissions.includes('me.show'))
  c.close()
})

test('a wrong password and an unknown name look alike', async () => {
  const c = server.client()
  const a = await c.signIn('op2', 'wrong-wrong-wrong')
  const b = await c.signIn('nobody-of-that-name', 'wrong-wrong-wrong')
  assert.equal(a.status, 401)
  assert.deepEqual(a.json, b.json)
  assert.equal(a.json.code, 'bad_login')
  c.close()
})

test('problem documents speak the language asked for', async () => {
  const c = server.client()
  const zh = await c.get('/api/me')
  const en = await c.get('/api/me', { headers: { 'Accept-Language': 'de, en;q=0.8, zh;q=0.5' } })
  assert.equal(zh.status, 401)
  assert.match(zh.headers['content-type'], /application\/problem\+json/)
  assert.equal(zh.json.title, '请先登录')
  assert.equal(en.json.title, 'Sign in first')
  assert.equal(zh.json.code, en.json.code)
  c.close()
})

test('signing out ends this session only', async () => {
  const a = await server.as('op')
  const b = await server.as('op')
  assert.equal((await a.delete('/api/session')).status, 204)
  assert.equal((await a.get('/api/me')).status, 401)
  assert.equal((await b.get('/api/me')).status, 200)
  a.close()
  b.close()
})

test('sessions are listed and another one can be ended', async () => {
  const a = await server.as('op2')
  const b = await server.as('op2')
  const list = (await a.get('/api/me/sessions')).json.items
  assert.ok(list.length >= 2)
  const other = list.find((s) => !s.current)
  assert.equal((await a.delete(`/api/me/sessions/${other.id}`)).status, 204)
  assert.equal((await b.get('/api/me')).status, 401)
  assert.equal((await a.get('/api/me')).status, 200)
  a.close()
  b.close()
})

test('a made-up cookie is nobody', async () => {
  const c = server.client()
  for (const cookie of ['x', 'A'.repeat(43), 'A'.repeat(6000)]) {
    c.cookie = cookie
    assert.equal((await c.get('/api/me')).status, 401)
  }
  c.close()
})

test('what a role does not allow is refused with the roles that may', async () => {
  const c = await server.as('op')
  const r = await c.post('/api/people', { name: 'x', display_name: 'X', roles: ['admin'], org_id: '1' })
  assert.equal(r.status, 403)
  assert.equal(r.json.code, 'forbidden')
  c.close()
})

test('CSRF: a browser must be of this site and bring the token', async () => {
  const c = await server.as('op')
  const password = { old: 'not it at all', new: 'not it either' }
  const same = { Origin: server.url, 'Sec-Fetch-Site': 'same-origin' }
  const outcome = async (headers) => (await c.post('/api/me/password', password, { headers })).json.code

  assert.equal(await outcome({ Origin: 'https://evil.example' }), 'csrf')
  assert.equal(await outcome({ 'Sec-Fetch-Site': 'cross-site' }), 'csrf')
  assert.equal(await outcome({ Origin: 'https://evil.example', 'X-CSRF-Token': c.csrf }), 'csrf')
  assert.equal(await outcome({ Origin: 'null', 'X-CSRF-Token': c.csrf }), 'csrf')
  assert.equal(await outcome(same), 'csrf')
  assert.equal(await outcome({ ...same, 'X-CSRF-Token': 'x'.repeat(c.csrf.length) }), 'csrf')
  assert.notEqual(await outcome({ ...same, 'X-CSRF-Token': c.csrf }), 'csrf')
  assert.notEqual(await outcome({}), 'csrf') // a script: no browser adds a cookie for it
  c.close()
})

test('CSRF: reading from the same page needs no token, from another site it is refused', async () => {
  const c = await server.as('op')
  const read = async (headers) => (await c.get('/api/me', { headers })).status
  assert.equal(await read({ 'Sec-Fetch-Site': 'same-origin' }), 200)
  assert.equal(await read({ 'Sec-Fetch-Site': 'none' }), 200)
  assert.equal(await read({ 'Sec-Fetch-Site': 'cross-site' }), 403)
  c.close()
})

test('a stale cookie does not keep anybody from signing in', async () => {
  const c = server.client()
  c.cookie = 'A'.repeat(43)
  const r = await c.post('/api/session', { name: 'op', password: server.people.op }, { headers: { Origin: server.url, 'Sec-Fetch-Site': 'same-origin' } })
  assert.equal(r.status, 200)
  c.close()
})

test('signing in is limited by address', async () => {
  // X-Forwarded-For is believed from this machine's proxy only, and only its last hop
  const c = server.client()
  const codes = {}
  let limited
  for (let i = 0; i < 80 && !limited; i++) {
    const r = await c.post('/api/session', { name: `guess${i}`, password: 'x' }, { headers: { 'X-Forwarded-For': '10.9.8.7, 203.0.113.9' } })
    codes[r.status] = (codes[r.status] ?? 0) + 1
    if (r.status === 429) limited = r
  }
  assert.ok(limited || codes[423], `neither limited nor locked: ${JSON.stringify(codes)}`)
  if (limited) assert.ok(Number(limited.headers['retry-after']) >= 1)
  const other = await c.post('/api/session', { name: 'boss', password: server.people.boss }, { headers: { 'X-Forwarded-For': '203.0.113.10' } })
  assert.equal(other.status, 200)
  c.close()
})

test('metrics are for this machine only', async () => {
  const c = server.client()
  assert.equal((await c.get('/metrics')).status, 200)
  assert.equal((await c.get('/metrics', { headers: { 'X-Forwarded-For': '203.0.113.9' } })).status, 403)
  c.close()
})

test('the log names operations and never people, addresses or queries', async () => {
  const c = await server.as('op')
  await c.get('/api/statutes?q=secretword')
  assert.match(server.log, /"event":"http.request"/)
  assert.doesNotMatch(server.log, /secretword|127\.0\.0\.1"|坐席甲|"name":"op"/)
  assert.ok(!server.log.includes(c.cookie))
  c.close()
})
