// kill -9 under load, again and again: every acknowledged write is there and every clock still runs (S02, P20).
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { Server, freshDatabase, lexline, until } from '../api/harness.mjs'

const ROUNDS = Number(process.env.LEXLINE_KILL_ROUNDS ?? 5)
const CLIENTS = 16

// Create and answer cases until the server is gone. Notes what was acknowledged, and nothing else.
async function load(server, cookie, acknowledged) {
  const c = server.client()
  c.cookie = cookie
  try {
    for (;;) {
      const made = await c.post('/api/cases', { process: 'question', fields: { text: '压力之下的问题', phone: '13912345678' } })
      if (made.status !== 201) continue
      acknowledged.set(made.json.id, 'asked')
      if (Math.random() < 0.3) {
        const done = await c.post(`/api/cases/${made.json.id}/actions/answer`, { fields: { answer: '可以' } })
        if (done.status === 200) acknowledged.set(made.json.id, 'answered')
        else acknowledged.set(made.json.id, 'either')
      }
    }
  } catch {
    // an answer that did not arrive says nothing about the last write
  } finally {
    c.close()
  }
}

async function check(server, cookie, acknowledged) {
  const c = server.client()
  c.cookie = cookie
  for (const [id, state] of acknowledged) {
    const r = await c.get(`/api/cases/${id}`)
    assert.equal(r.status, 200, `case ${id} is missing`)
    if (state === 'either') continue
    // an action whose answer was lost may have been carried out
    if (state === 'answered') assert.equal(r.json.state, 'answered')
    const clock = r.json.clocks.find((k) => k.name === 'reply')
    assert.equal(clock.status, r.json.state === 'answered' ? 'stopped' : 'running', `clock of ${id}`)
    if (clock.status === 'running') assert.ok(Date.parse(clock.due_at) > Date.parse(r.json.created_at))
  }
  c.close()
}

async function rounds(db) {
  const server = await Server.start({ db })
  try {
    const op = await server.as('op')
    let total = 0
    for (let i = 0; i < ROUNDS; i++) {
      const acknowledged = new Map()
      const clients = Array.from({ length: CLIENTS }, () => load(server, op.cookie, acknowledged))
      const enough = 20 + Math.random() * 200
      await until(() => acknowledged.size >= enough, 120000, 'work acknowledged')
      await server.kill()
      await Promise.all(clients)
      await server.serve()
      await check(server, op.cookie, acknowledged)
      total += acknowledged.size
    }
    const fresh = await op.post('/api/cases', { process: 'question', fields: { text: '之后的问题' } })
    assert.equal(fresh.status, 201, fresh.text)
    op.close()
    assert.equal(await server.stop(), 0)
    const verified = lexline(['verify', 'audit', '--data', server.dir])
    assert.equal(verified.code, 0, verified.stderr)
    return total
  } finally {
    await server.remove()
  }
}

test(`SQLite: ${ROUNDS} times killed, nothing acknowledged is lost`, async (t) => {
  t.diagnostic(`${await rounds(null)} acknowledged`)
})

test(`PostgreSQL: ${ROUNDS} times killed, nothing acknowledged is lost`, { skip: !process.env.LEXLINE_TEST_PG && 'no PostgreSQL server' }, async (t) => {
  t.diagnostic(`${await rounds(freshDatabase())} acknowledged`)
})

test('what a killed server leaves is readable by SQLite itself', { skip: spawnSync('sqlite3', ['-version']).status !== 0 && 'no sqlite3 program' }, async () => {
  const server = await Server.start({ db: null, env: {} })
  const op = await server.as('op')
  const acknowledged = new Map()
  const work = load(server, op.cookie, acknowledged)
  await until(() => acknowledged.size > 10, 120000, 'work acknowledged')
  await server.kill()
  await work
  const r = spawnSync('sqlite3', [`${server.dir}/lexline.db`, 'PRAGMA integrity_check'], { encoding: 'utf8' })
  assert.equal(r.stdout.trim(), 'ok')
  op.close()
  await server.remove()
})
