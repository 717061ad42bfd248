// Live events (P20, C03): delivery to those addressed, replay by Last-Event-ID, slow readers, ended sessions.
import assert from 'node:assert/strict'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { Server, until } from './harness.mjs'

let server, boss, op, op2, far
before(async () => {
  server = await Server.start({ env: { LEXLINE_HEARTBEAT_MS: '600' } })
  ;[boss, op, op2, far] = await Promise.all(['boss', 'op', 'op2', 'far'].map((n) => server.as(n)))
})
after(() => server.remove())

let sent = 0
async function publish(to) {
  const text = JSON.stringify({ n: ++sent })
  const r = await boss.post('/api/test/events', { text, ...to })
  assert.equal(r.status, 201, r.text)
  return { id: r.json.id, n: sent }
}
const is = (e) => (x) => x.id === e.id
const opOrg = () => op.person.org_id

test('a stranger gets no stream', async () => {
  const s = await server.client().events()
  assert.equal(s.status, 401)
  s.close()
})

test('the stream opens at once and is not buffered or cached', async () => {
  const s = await op.events()
  assert.equal(s.status, 200)
  assert.match(s.headers['content-type'], /text\/event-stream/)
  assert.equal(s.headers['x-accel-buffering'], 'no')
  assert.equal(s.headers['cache-control'], 'no-store')
  assert.ok(await s.find((e) => e.event === 'hello'))
  s.close()
})

test('an event reaches its organisation and those above it, nobody else (S01)', async () => {
  const [a, b, above, other] = await Promise.all([op, op2, boss, far].map((c) => c.events()))
  const e = await publish({ org_id: opOrg() })
  const last = await publish({ org_id: far.person.org_id })
  for (const s of [a, b, above]) {
    const got = await s.find(is(e))
    assert.equal(got.event, 'test')
    assert.equal(got.json.n, e.n)
  }
  assert.ok(await other.find(is(last)))
  assert.equal(other.all.find(is(e)), undefined)
  assert.equal(a.all.find(is(last)), undefined)
  ;[a, b, above, other].forEach((s) => s.close())
})

test('an event for a person or a role reaches only them', async () => {
  const [a, b, above] = await Promise.all([op, op2, boss].map((c) => c.events()))
  const own = await publish({ org_id: opOrg(), person_id: op.person.id })
  const role = await publish({ org_id: opOrg(), role: 'supervisor' })
  const all = await publish({ org_id: opOrg() })
  for (const s of [a, b, above]) assert.ok(await s.find(is(all)))
  assert.ok(a.all.find(is(own)))
  assert.equal(b.all.find(is(own)), undefined)
  assert.equal(above.all.find(is(own)), undefined)
  assert.ok(above.all.find(is(role)))
  assert.equal(a.all.find(is(role)), undefined)
  ;[a, b, above].forEach((s) => s.close())
})

test('who comes back gets exactly what was missed, in order', async () => {
  const s = await op.events()
  const first = await publish({ org_id: opOrg() })
  assert.ok(await s.find(is(first)))
  s.close()
  const missed = []
  for (let i = 0; i < 20; i++) missed.push(await publish({ org_id: opOrg() }))
  await publish({ org_id: far.person.org_id })
  const again = await op.events({ lastEventId: first.id })
  const live = await publish({ org_id: opOrg() })
  assert.ok(await again.find(is(live)))
  const ids = again.all.filter((e) => e.event === 'test').map((e) => e.id)
  assert.deepEqual(ids, [...missed, live].map((e) => e.id))
  again.close()
})

test('replay also works after a restart, from the database', async () => {
  const first = await publish({ org_id: opOrg() })
  const second = await publish({ org_id: opOrg() })
  await server.restart()
  for (const options of [{ lastEventId: first.id }, { since: first.id }]) {
    const s = await op.events(options)
    assert.ok(await s.find(is(second)))
    assert.equal(s.all.find(is(first)), undefined)
    const live = await publish({ org_id: opOrg() })
    assert.ok(await s.find(is(live)))
    assert.equal(s.all.filter(is(second)).length, 1)
    s.close()
  }
})

test('of a case hear only those who may see it (T02)', async () => {
  const [own, colleague, above] = await Promise.all([op, op2, boss].map((c) => c.events()))
  const create = async (process) => {
    const r = await op.post('/api/cases', { process, fields: { text: '借条没有写利息' } })
    assert.equal(r.status, 201, r.text)
    return (e) => e.json?.case_id === r.json.id || e.json?.id === r.json.id
  }
  const secret = await create('secret')
  const open = await create('question')
  for (const s of [own, colleague, above]) assert.ok(await s.find(open), 'the open case')
  assert.ok(own.all.find(secret))
  assert.ok(above.all.find(secret))
  assert.equal(colleague.all.find(secret), undefined)
  ;[own, colleague, above].forEach((s) => s.close())
})

test('a quiet stream has a heartbeat', async () => {
  const s = await op.events()
  assert.ok(await s.find((e) => e.comment === 'alive'))
  s.close()
})

test('signing out ends the stream', async () => {
  const c = await server.as('op2')
  const s = await c.events()
  await s.find((e) => e.event === 'hello')
  await c.delete('/api/session')
  assert.equal(await s.end(), true)
  c.close()
})

test('a reader that does not read is cut off and may come back', async () => {
  const before = (await server.metric('lexline_event_streams_cut_total')) ?? 0
  const s = net.connect(server.port, '127.0.0.1')
  s.pause()
  s.write(`GET /api/events HTTP/1.1\r\nHost: x\r\nCookie: lexline=${op.cookie}\r\n\r\n`)
  await until(async () => (await server.metric('lexline_event_streams')) >= 1, 60000, 'the stream')
  const text = JSON.stringify({ filler: 'x'.repeat(3500) })
  for (let i = 0; i < 60; i++) await Promise.all(Array.from({ length: 50 }, () => boss.post('/api/test/events', { text, org_id: opOrg() })))
  await until(async () => ((await server.metric('lexline_event_streams_cut_total')) ?? 0) > before, 60000, 'cut off')
  s.destroy()
  const again = await op.events()
  assert.equal(again.status, 200)
  again.close()
})

test('a person has half of the streams at most, and connections end below the limit of descriptors', async () => {
  const small = await Server.start({ limits: 'ulimit -n 400' })
  const c = await small.as('far')
  const all = []
  let refused
  for (let i = 0; i < 120 && !refused; i++) {
    const s = await c.events()
    if (s.status === 200) all.push(s)
    else refused = s.status
  }
  assert.equal(refused, 429)
  assert.ok(all.length > 20, String(all.length))
  assert.equal((await c.get('/api/me')).status, 200)
  all.forEach((s) => s.close())
  c.close()
  await small.remove()
})
