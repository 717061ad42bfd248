// TLS, overload, two nodes on one database.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import { describe, test } from 'node:test'
import { ON_PG, Server, lexline, until } from './harness.mjs'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

test('TLS by configuration: secure cookie, HSTS, no old protocols', { skip: !hasOpenssl && 'no openssl program' }, async () => {
  const server = await Server.start()
  try {
    await server.stop()
    const pem = (name) => path.join(server.dir, name)
    spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-days', '1', '-keyout', pem('key.pem'), '-out', pem('cert.pem')])
    fs.appendFileSync(pem('lexline.yaml'), 'tls: {certificate: cert.pem, key: key.pem}\n')
    await server.serve()
    assert.match(server.url, /^https:/)
    const call = (options, body) =>
      new Promise((resolve, reject) => {
        const q = https.request({ host: '127.0.0.1', port: server.port, ca: fs.readFileSync(pem('cert.pem')), servername: 'localhost', checkServerIdentity: () => undefined, ...options }, (res) => {
          let text = ''
          res.on('data', (d) => (text += d))
          res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, text, protocol: res.socket?.getProtocol?.() }))
        })
        q.on('error', reject)
        q.end(body)
      })
    const signIn = { path: '/api/session', method: 'POST', headers: { 'Content-Type': 'application/json' } }
    const r = await call(signIn, JSON.stringify({ name: 'op', password: server.people.op }))
    assert.equal(r.status, 200, r.text)
    assert.match(String(r.headers['set-cookie']), /Secure/)
    assert.match(r.headers['strict-transport-security'], /max-age=\d{7,}/)
    await assert.rejects(call({ path: '/healthz', maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }))
    fs.writeFileSync(pem('key.pem'), 'not a key')
    await server.stop()
    const bad = lexline(['serve', '--data', server.dir, '--listen', '127.0.0.1:0'])
    assert.equal(bad.code, 3)
    assert.match(bad.stderr, /tls/)
  } finally {
    await server.remove()
  }
})

test('more requests than the queue holds: 503 with Retry-After, and no harm', async () => {
  const server = await Server.start({ config: 'workers: 1', env: { LEXLINE_HTTP_QUEUE: '10' } })
  try {
    const c = server.client()
    // argon2id keeps the only worker busy
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        c.post('/api/session', { name: `x${i}`, password: 'y' }, { headers: { 'X-Forwarded-For': `10.0.${i >> 8}.${i & 255}` } }).then(
          (r) => r,
          (e) => ({ status: e.code, headers: {} }),
        ),
      ),
    )
    const busy = answers.filter((r) => r.status === 503)
    assert.ok(busy.length > 0, JSON.stringify([...new Set(answers.map((r) => r.status))]))
    assert.ok(busy.every((r) => r.json.code === 'busy' && Number(r.headers['retry-after']) >= 1))
    assert.equal((await c.get('/healthz')).status, 200)
    assert.ok((await server.metric('lexline_http_queue_full_total')) >= busy.length)
    c.close()
  } finally {
    await server.remove()
  }
})

describe('two nodes on one PostgreSQL', { skip: !ON_PG && 'PostgreSQL only' }, () => {
  test('share sessions and live events; a session ended on one ends on the other', async () => {
    const a = await Server.start()
    const b = Object.assign(new Server(), { root: a.root, dir: path.join(a.root, 'second'), env: {}, people: a.people })
    fs.cpSync(a.dir, b.dir, { recursive: true })
    fs.chmodSync(b.dir, 0o700)
    fs.appendFileSync(path.join(b.dir, 'lexline.yaml'), 'node: 1\n')
    await b.serve()
    try {
      const op = await a.as('op')
      const there = b.client()
      there.cookie = op.cookie
      assert.equal((await there.get('/api/me')).status, 200)
      const stream = await there.events()
      await stream.find((e) => e.event === 'hello')
      const made = await op.post('/api/cases', { process: 'question', fields: { text: '另一节点' } })
      assert.equal(made.status, 201)
      assert.ok(await stream.find((e) => e.json?.case_id === made.json.id || e.json?.id === made.json.id))
      const both = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? op : there).post('/api/cases', { process: 'question', fields: { text: `第${i}` } })))
      assert.ok(both.every((r) => r.status === 201))
      assert.equal(new Set(both.map((r) => r.json.id)).size, 40)
      assert.equal(new Set(both.map((r) => r.json.number)).size, 40)
      for (const r of both) assert.ok(await stream.find((e) => e.json?.case_id === r.json.id || e.json?.id === r.json.id), 'every event, whatever node')
      stream.close()
      await op.delete('/api/session')
      await until(async () => (await there.get('/api/me')).status === 401, 60000, 'ended there too')
      there.close()
      op.close()
    } finally {
      await b.stop()
      await a.remove()
    }
  })
})
