// The server's life: second serve refused, drain, restart, static pages, OpenAPI, command line.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { BIN, lexline, raw, Server, until } from './harness.mjs'

let server
before(async () => (server = await Server.start()))
after(() => server.remove())

test('the data folder is private and the master key more so', () => {
  assert.equal(fs.statSync(server.dir).mode & 0o777, 0o700)
  assert.equal(fs.statSync(path.join(server.dir, 'master.key')).mode & 0o777, 0o600)
})

test('init refuses a folder that is not empty and leaves it alone', () => {
  const r = lexline(['init', '--data', server.dir, '--profile', 'demo'])
  assert.equal(r.code, 3)
  assert.match(r.stderr, /not empty/)
  assert.ok(fs.existsSync(path.join(server.dir, 'master.key')))
})

test('init of an unknown profile says which there are and leaves nothing', () => {
  const dir = path.join(server.root, 'none')
  const r = lexline(['init', '--data', dir, '--profile', 'no-such'])
  assert.notEqual(r.code, 0)
  assert.match(r.stderr, /demo/)
  assert.ok(!fs.existsSync(dir))
})

test('a second serve on the same folder is refused', () => {
  const r = lexline(['serve', '--data', server.dir, '--listen', '127.0.0.1:0'])
  assert.equal(r.code, 5)
  assert.match(r.stderr, /being served by another process/)
})

test('serve on a port that is taken says so', async () => {
  const other = net.createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  await server.stop()
  const r = lexline(['serve', '--data', server.dir, '--listen', `127.0.0.1:${other.address().port}`])
  assert.equal(r.code, 5)
  assert.match(r.stderr, /in use/)
  other.close()
  await server.serve()
})

test('serve refuses a folder without configuration, and unknown keys with file and line', async () => {
  const r = lexline(['serve', '--data', server.root])
  assert.equal(r.code, 3)
  assert.match(r.stderr, /lexline init/)
  const config = path.join(server.dir, 'lexline.yaml')
  const good = fs.readFileSync(config, 'utf8')
  await server.stop()
  fs.writeFileSync(config, good + 'lisen: x\n')
  const bad = lexline(['serve', '--data', server.dir])
  fs.writeFileSync(config, good)
  assert.equal(bad.code, 3)
  assert.match(bad.stderr, /lexline\.yaml:\d+.*lisen.*listen/)
  await server.serve()
})

test('serve refuses a master key others can read', async () => {
  const key = path.join(server.dir, 'master.key')
  await server.stop()
  fs.chmodSync(key, 0o644)
  const r = lexline(['serve', '--data', server.dir])
  fs.chmodSync(key, 0o600)
  assert.equal(r.code, 3)
  assert.match(r.stderr, /master\.key/)
  await server.serve()
})

test('what was acknowledged is there after a restart, sessions too', async () => {
  const c = await server.as('op')
  await server.restart()
  assert.equal((await c.get('/api/me')).status, 200)
  c.close()
})

describe('draining', () => {
  test('SIGTERM answers what was begun, ends streams, exits with 0', async () => {
    const c = await server.as('op')
    const stream = await c.events()
    assert.equal(stream.status, 200)
    await stream.find((e) => e.event === 'hello')
    // sign-in takes some 100 ms of argon2id; on a busy machine one may be over before it is seen under way
    const begin = () => {
      const request = { over: false }
      request.answer = server.client().post('/api/session', { name: 'boss', password: server.people.boss }).finally(() => (request.over = true))
      return request
    }
    let slow = begin()
    await until(async () => {
      if (slow.over) slow = begin()
      return (await server.metric('lexline_http_in_flight')) >= 2
    }, 60000, 'a request in flight')
    const began = Date.now()
    server.child.kill('SIGTERM')
    assert.equal((await slow.answer).status, 200)
    assert.equal(await stream.end(), true)
    const [code] = await server.exited
    assert.equal(code, 0)
    assert.ok(Date.now() - began < 10000)
    assert.match(server.log, /serve\.stopped/)
    c.close()
    await server.serve()
  })

  test('an idle connection does not hold it up', async () => {
    const s = net.connect(server.port, '127.0.0.1')
    await once(s, 'connect')
    s.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(s, 'data')
    const began = Date.now()
    assert.equal(await server.stop(), 0)
    assert.ok(Date.now() - began < 5000)
    s.destroy()
    await server.serve()
  })

  test('a hundred starts and stops under requests never crash', async () => {
    // fewer here: five; the loop is the same
    for (let i = 0; i < 5; i++) {
      const c = server.client()
      let stop = false
      const load = Array.from({ length: 8 }, async () => {
        while (!stop)
          try {
            await c.get('/api/openapi.json')
          } catch {
            return
          }
      })
      await until(async () => server.child.exitCode === null, 1000)
      await new Promise((r) => setTimeout(r, 100))
      assert.equal(await server.stop(), 0)
      stop = true
      await Promise.all(load)
      c.close()
      await server.serve()
    }
  })
})

describe('pages', () => {
  test('the API description names every route', async () => {
    const c = server.client()
    const r = await c.get('/api/openapi.json')
    assert.equal(r.json.openapi.slice(0, 3), '3.1')
    const ops = JSON.parse(lexline(['operations', '--json']).stdout)
    for (const op of ops.filter((o) => o.via === 'route'))
      assert.ok(r.json.paths[op.path]?.[op.method.toLowerCase()], `${op.method} ${op.path}`)
    c.close()
  })

  test('every answer forbids sniffing and framing', async () => {
    const c = server.client()
    for (const target of ['/api/me', '/api/openapi.json', '/healthz', '/']) {
      const r = await c.get(target)
      assert.equal(r.headers['x-content-type-options'], 'nosniff', target)
      assert.equal(r.headers['referrer-policy'], 'same-origin', target)
      if (r.headers['content-security-policy']) assert.match(r.headers['content-security-policy'], /frame-ancestors 'none'/)
    }
    c.close()
  })

  test('the system says its name to strangers, and no more', async () => {
    const c = server.client()
    const r = await c.get('/api/system')
    assert.equal(r.json.profile.label.zh, '测试热线')
    assert.equal(r.json.version, undefined)
    c.close()
    const op = await server.as('op')
    const inside = await op.get('/api/system')
    assert.ok(inside.json.version)
    assert.ok(Array.isArray(inside.json.notices))
    op.close()
  })

  // The pages are in the binary only when they were built before it.
  test('pages, their router and their caching', async (t) => {
    const c = server.client()
    const index = await c.get('/')
    if (index.status === 404) return t.skip('built without web pages')
    assert.match(index.headers['content-type'], /text\/html/)
    assert.match(index.headers['content-security-policy'], /script-src 'self'/)
    assert.equal(index.headers['cache-control'], 'no-cache')
    assert.equal((await c.get('/', { headers: { 'If-None-Match': index.headers.etag } })).status, 304)
    assert.equal((await c.get('/cases/123')).text, index.text)
    assert.equal((await c.get('/assets/missing.js')).status, 404)
    const asset = /\/assets\/[^"]+\.js/.exec(index.text)[0]
    const js = await c.get(asset)
    assert.equal(js.status, 200)
    assert.match(js.headers['cache-control'], /immutable/)
    assert.match(js.headers['content-type'], /javascript/)
    c.close()
  })

  test('a second site stands below its name, with its own files and index', async (t) => {
    const c = server.client()
    const index = await c.get('/portal')
    if (index.status === 404) return t.skip('built without web pages')
    assert.match(index.headers['content-security-policy'], /script-src 'self'/)
    assert.equal((await c.get('/portal/')).text, index.text)
    assert.equal((await c.get('/portal/any/page')).text, index.text)
    assert.notEqual((await c.get('/')).text, index.text)
    assert.equal((await c.get('/portalists')).text, (await c.get('/')).text, 'another name is the console\'s')
    const asset = /\/portal\/assets\/[^"]+\.js/.exec(index.text)[0]
    assert.match((await c.get(asset)).headers['content-type'], /javascript/)
    assert.equal((await c.get('/portal/assets/missing.js')).status, 404)
    assert.equal((await c.get(asset.replace('/portal', ''))).status, 404, 'one site does not serve another\'s files')
    c.close()
  })

  test('no path leads out of the pages', async () => {
    for (const target of ['/../lexline.yaml', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc/passwd', '/assets/..%5c..%5cx.js'])
      assert.doesNotMatch((await raw(server.port, `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`)).text, /root:|listen:/)
  })
})

describe('command line', () => {
  test('every command has --help', () => {
    const all = lexline(['--help'])
    assert.equal(all.code, 0)
    const names = [...all.stdout.matchAll(/^ {2}(\S+(?: \S+)?) {2,}/gm)].map((m) => m[1])
    assert.ok(names.length >= 12, names.join())
    for (const name of names) {
      const r = lexline([...name.split(' '), '--help'])
      if (name !== 'version') assert.match(r.stdout, /usage/, name)
      assert.equal(r.code, 0, name)
    }
  })

  test('wrong usage exits with 2 and says what is missing', () => {
    assert.equal(lexline(['no-such-command']).code, 2)
    const r = lexline(['serve'])
    assert.equal(r.code, 2)
    assert.match(r.stderr, /--data/)
    assert.equal(lexline(['serve', '--data', server.dir, '--nonsense']).code, 2)
  })

  test('user add makes somebody who can sign in', async () => {
    await server.stop()
    const r = lexline(['user', 'add', '--data', server.dir, '--name', 'newcomer', '--role', 'operator', '--org', '东湖站'])
    assert.equal(r.code, 0, r.stderr)
    const given = lexline(['user', 'add', '--data', server.dir, '--name', 'chosen', '--role', 'operator,lawyer', '--password-stdin'], { input: 'a-good-long-password\n' })
    assert.equal(given.code, 0, given.stderr)
    await server.serve()
    const c = server.client()
    assert.equal((await c.signIn('newcomer', r.stdout.trim().split(/\s+/)[1])).status, 200)
    assert.equal((await c.signIn('chosen', 'a-good-long-password')).status, 200)
    assert.deepEqual(c.person.roles.sort(), ['lawyer', 'operator'])
    c.close()
  })

  test('user add refuses unknown roles and weak passwords', async () => {
    await server.stop()
    assert.equal(lexline(['user', 'add', '--data', server.dir, '--name', 'x1', '--role', 'emperor']).code, 1)
    assert.equal(lexline(['user', 'add', '--data', server.dir, '--name', 'x2', '--role', 'operator', '--password-stdin'], { input: 'short\n' }).code, 1)
    await server.serve()
  })

  test('the audit log is whole, and verify says where it is not', async () => {
    const r = lexline(['verify', 'audit', '--data', server.dir])
    assert.equal(r.code, 0, r.stderr)
    assert.match(r.stdout, /cases: whole, \d+ entries/)
    assert.match(r.stdout, /clients: whole/)
  })
})

// Keeps the unused import honest: the binary itself is what everything above ran.
test('the binary prints its version', async () => {
  const child = spawn(BIN, ['version'])
  const [out] = await once(child.stdout, 'data')
  assert.match(String(out), /^lexline \d+\.\d+\.\d+/)
})

describe('lexline check', () => {
  test('the built-in profiles are in order', () => {
    const r = lexline(['check'])
    assert.equal(r.code, 0, r.stderr)
    for (const name of ['demo', 'hunan-12348', 'anhui-microloan', 'changzhou-debt']) assert.match(r.stdout, new RegExp(`^${name} .* 0 findings`, 'm'))
  })

  test('an unknown key is a finding with file, line and the nearest word; exit 6', () => {
    const dir = path.join(server.root, 'broken')
    fs.cpSync(path.join(server.dir, 'profile'), dir, { recursive: true })
    const file = path.join(dir, 'profile.yaml')
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/^name: .*/m, 'name: broken').replace(/^zone:/m, 'zoone:'))
    const r = lexline(['check', dir])
    assert.equal(r.code, 6)
    assert.match(r.stderr, /profile\.yaml:\d+: .*zoone.*zone/)
  })
})
