// The database goes away and comes back: 503 meanwhile, recovery by itself (S02, S03).
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { SOURCE, Server, freshDatabase, lexline, until } from '../api/harness.mjs'

describe('PostgreSQL stops and starts', { skip: !process.env.LEXLINE_TEST_PG && 'no PostgreSQL server' }, () => {
  let folder, server, op
  const pg = (what) => spawnSync(path.join(SOURCE, 'tools/pg-temp'), [what, folder], { encoding: 'utf8', env: { ...process.env, PG_TEMP_FSYNC: 'on' } })
  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-pg-'))
    const r = pg('start')
    assert.equal(r.status, 0, r.stderr)
    server = await Server.start({ db: freshDatabase(r.stdout.trim()) })
    op = await server.as('op')
  })
  after(async () => {
    if (server) await server.remove()
    pg('stop')
  })

  test('requests get 503 with Retry-After, the server stays, and recovers by itself', async () => {
    const before = await op.post('/api/cases', { process: 'question', fields: { text: '之前' } })
    assert.equal(before.status, 201)
    assert.equal(pg('halt').status, 0)
    const write = await op.post('/api/cases', { process: 'question', fields: { text: '其间' } })
    assert.equal(write.status, 503, write.text)
    assert.equal(write.json.code, 'unavailable')
    assert.ok(Number(write.headers['retry-after']) >= 1)
    assert.equal((await op.get('/api/cases')).status, 503)
    assert.equal((await op.get('/readyz')).status, 503)
    assert.equal((await op.get('/healthz')).status, 200)
    assert.equal(pg('resume').status, 0)
    await until(async () => (await op.get('/readyz')).status === 200, 60000, 'ready again')
    await until(async () => (await op.post('/api/cases', { process: 'question', fields: { text: '之后' } })).status === 201, 60000, 'writing again')
    assert.equal((await op.get(`/api/cases/${before.json.id}`)).status, 200)
    assert.equal(server.child.exitCode, null)
  })

  test('a server that gives no more connections: those that stand do the work of all', async () => {
    const db = freshDatabase(server.db.replace(/\/t\d+_\d+\?/, '/postgres?'))
    const sql = (text) => assert.equal(spawnSync('psql', ['-q', '-d', db, '-c', text], { encoding: 'utf8' }).status, 0, text)
    const name = db.match(/\/(t\d+_\d+)\?/)[1]
    sql(`CREATE ROLE few LOGIN; ALTER DATABASE ${name} OWNER TO few`)
    const small = await Server.start({ db: db.replace('user=postgres', 'user=few') })
    try {
      const c = await small.as('op')
      const first = await c.post('/api/cases', { process: 'question', fields: { text: '第一件' } })
      assert.equal((await c.get(`/api/cases/${first.json.id}`)).status, 200)
      sql('ALTER ROLE few CONNECTION LIMIT 1')
      const statuses = await Promise.all(
        Array.from({ length: 60 }, async (_, i) => {
          const one = small.client()
          one.cookie = c.cookie
          const r = i % 2 ? await one.get('/api/cases') : await one.post('/api/cases', { process: 'question', fields: { text: `第${i}件` } })
          one.close()
          return `${i % 2 ? 'get' : 'post'} ${r.status}`
        }),
      )
      assert.deepEqual([...new Set(statuses)].sort(), ['get 200', 'post 201'])
      assert.equal((await c.get('/readyz')).status, 200)
    } finally {
      await small.remove()
    }
  })

  test('nothing acknowledged is lost when the database crashes under load', async () => {
    const ids = []
    let stop = false
    const work = Array.from({ length: 8 }, async () => {
      const c = server.client()
      c.cookie = op.cookie
      while (!stop) {
        const r = await c.post('/api/cases', { process: 'question', fields: { text: '压力之下' } })
        if (r.status === 201) ids.push(r.json.id)
      }
      c.close()
    })
    await until(() => ids.length > 20, 120000, 'cases before the stop')
    pg('halt')
    await until(async () => (await op.get('/readyz')).status === 503, 120000, 'not ready')
    const before = ids.length
    pg('resume')
    await until(async () => (await op.get('/readyz')).status === 200, 120000, 'ready again')
    await until(() => ids.length > before + 20, 120000, 'cases after it')
    stop = true
    await Promise.all(work)
    for (const id of ids) assert.equal((await op.get(`/api/cases/${id}`)).status, 200, id)
  })

  test('serve without its database says so and exits with 4', async () => {
    await server.stop()
    pg('halt')
    const r = lexline(['serve', '--data', server.dir, '--listen', '127.0.0.1:0'])
    assert.equal(r.code, 4, r.stderr)
    pg('resume')
    await server.serve()
  })
})

const root = process.getuid() === 0
describe('the disk is full', { skip: !root && 'needs root for a small file system' }, () => {
  let mount, server, op
  const filler = () => path.join(mount, 'filler')
  before(async () => {
    mount = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-disk-'))
    const r = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', mount], { encoding: 'utf8' })
    if (r.status !== 0) {
      fs.rmdirSync(mount)
      mount = null
      return
    }
    server = await Server.start({ db: null, root: fs.mkdtempSync(path.join(mount, 'lexline-')) })
    op = await server.as('op')
  })
  after(async () => {
    if (server) await server.remove()
    if (mount) spawnSync('umount', [mount])
    if (mount) fs.rmdirSync(mount)
  })

  test('a clear error, reading goes on, and after making room everything works and is whole', async (t) => {
    if (!mount) return t.skip('no tmpfs can be mounted here')
    const create = () => op.post('/api/cases', { process: 'question', fields: { text: '磁盘将满'.repeat(400) } })
    const ids = []
    fs.writeFileSync(filler(), Buffer.alloc(0))
    const fd = fs.openSync(filler(), 'w')
    try {
      for (;;) fs.writeSync(fd, Buffer.alloc(65536, 1))
    } catch (e) {
      assert.equal(e.code, 'ENOSPC')
    }
    let refused
    for (let i = 0; i < 4000 && !refused; i++) {
      const r = await create()
      if (r.status === 201) ids.push(r.json.id)
      else refused = r
    }
    assert.equal(refused.status, 507, refused.text)
    assert.equal(refused.json.code, 'disk_full')
    assert.equal((await op.get('/api/cases')).status, 200)
    const upload = await op.request('POST', '/api/test/files', { body: Buffer.alloc(3 << 20), type: 'application/pdf' }).catch((e) => e)
    assert.ok(upload.status === 507 || upload.code, JSON.stringify(upload.json ?? upload))
    fs.closeSync(fd)
    fs.rmSync(filler())
    await until(async () => {
      const r = await create()
      if (r.status === 201) ids.push(r.json.id)
      return r.status === 201
    }, 10000, 'writing again')
    for (const id of ids) assert.equal((await op.get(`/api/cases/${id}`)).status, 200)
    await server.restart()
    for (const id of ids) assert.equal((await op.get(`/api/cases/${id}`)).status, 200)
    await server.stop()
    const verified = lexline(['verify', 'audit', '--data', server.dir])
    assert.equal(verified.code, 0, verified.stderr)
    await server.serve()
  })
})
