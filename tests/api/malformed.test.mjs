// Bad input on the wire: what libmicrohttpd is lax about is a problem document or 400 and close, never a crash.
import assert from 'node:assert/strict'
import net from 'node:net'
import { after, before, describe, test } from 'node:test'
import { raw, Server } from './harness.mjs'

let server
before(async () => (server = await Server.start({ env: { LEXLINE_HTTP_PATIENCE_MS: '1200' } })))
after(() => server.remove())

const HOST = 'Host: x\r\n'
const get = (target, more = HOST) => `GET ${target} HTTP/1.1\r\n${more}\r\n`
const post = (headers, body = '', target = '/api/session') => `POST ${target} HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n${headers}\r\n${body}`

describe('refused with 400 and the connection closed', () => {
  const cases = {
    'no Host': get('/healthz', ''),
    'two Host headers': get('/healthz', HOST + HOST),
    'Host with a space before the colon': get('/healthz', 'Host : x\r\n'),
    'a header name with a space': get('/healthz', HOST + 'X Y: z\r\n'),
    'two Content-Length': post('Content-Length: 2\r\nContent-Length: 3\r\n', '{}'),
    'two equal Content-Length': post('Content-Length: 2\r\nContent-Length: 2\r\n', '{}'),
    'Content-Length with Transfer-Encoding': post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    'two Transfer-Encoding': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    'an unknown Transfer-Encoding': post('Transfer-Encoding: gzip\r\n', ''),
    'a negative Content-Length': post('Content-Length: -1\r\n'),
    'a signed Content-Length': post('Content-Length: +2\r\n', '{}'),
    'a broken chunk': post('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n'),
    '%00 in the path': get('/healthz%00.json'),
    '%00 in the query': get('/api/statutes?q=%00'),
    'a broken escape': get('/api/statutes?q=%zz'),
    'an escape cut off': get('/api/statutes?q=%4'),
    'bad UTF-8 in an escape': get('/api/%ff'),
    'an overlong form': get('/api/%c0%af'),
    'bad UTF-8 in the path': Buffer.from(get('/api/\xff'), 'latin1'),
    'bad UTF-8 in a header': Buffer.from(get('/healthz', HOST + 'X: \xff\r\n'), 'latin1'),
    'a parameter twice': get('/api/statutes?q=a&q=b'),
    'a target that is no path': get('http://x/healthz'),
    'a line without a colon': get('/healthz', HOST + 'nothing\r\n'),
    'no version': 'GET /healthz\r\n\r\n',
  }
  for (const [name, bytes] of Object.entries(cases))
    test(name, async () => {
      const r = await raw(server.port, bytes)
      assert.equal(r.status, 400, r.text)
      assert.equal(r.closed, true)
    })
})

describe('refused otherwise', () => {
  const cases = {
    'a body longer than 1 MB, by its length alone': [post('Content-Length: 1048577\r\n'), 413],
    'a length beyond 64 bits': [post('Content-Length: 99999999999999999999999\r\n'), 413],
    'a chunk size beyond 64 bits': [post('Transfer-Encoding: chunked\r\n', 'fffffffffffffffffff\r\n{}\r\n0\r\n\r\n'), 413],
    'a header of 40 KB': [get('/healthz', HOST + `X: ${'a'.repeat(40000)}\r\n`), 431],
    'an address of 40 KB': [get('/' + 'a'.repeat(40000)), 414],
    'HTTP/2 without TLS': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  }
  for (const [name, [bytes, status]] of Object.entries(cases))
    test(name, async () => {
      const r = await raw(server.port, bytes)
      assert.equal(r.status, status, r.text)
      assert.equal(r.closed, true)
    })

  test('a chunked body is counted', async () => {
    const chunk = '10000\r\n' + ' '.repeat(65536) + '\r\n'
    const r = await raw(server.port, post('Transfer-Encoding: chunked\r\n', chunk.repeat(20) + '0\r\n\r\n'), 2000)
    assert.equal(r.status, 413, r.text)
    assert.match(r.text, /"code":"too_large"/)
  })

  test('another method', async () => {
    const r = await raw(server.port, `DELETE /api/openapi.json HTTP/1.1\r\n${HOST}\r\n`)
    assert.equal(r.status, 405)
    assert.match(r.text, /Allow: GET/)
  })

  test('nothing of HTTP at all', async () => {
    const r = await raw(server.port, Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 13, 10, 13, 10]))
    assert.ok(r.status === 0 || r.status === 400)
    assert.equal(r.closed, true)
  })
})

describe('JSON bodies', () => {
  const bad = {
    'not JSON': ['{', 'malformed'],
    'two values': ['{} {}', 'malformed'],
    'a duplicate member': ['{"name":"a","name":"b","password":"c"}', 'malformed'],
    'bad UTF-8': [Buffer.from('{"name":"\xff","password":"c"}', 'latin1'), 'malformed'],
    'a NUL': ['{"name":"a\\u0000b","password":"c"}', 'malformed'],
    'nested 1,000 deep': ['['.repeat(1000) + ']'.repeat(1000), 'malformed'],
    'nested 300,000 deep': ['['.repeat(300000), 'malformed'],
    'an array where an object belongs': ['[]', ['malformed', 'invalid']],
    'a wrong type': ['{"name":1,"password":"c"}', 'invalid'],
    'an unknown member': ['{"name":"a","password":"c","admin":true}', 'invalid'],
    'a missing member': ['{"name":"a"}', 'invalid'],
    'a text beyond its limit': [JSON.stringify({ name: 'a'.repeat(5000), password: 'c' }), 'invalid'],
  }
  for (const [name, [body, code]] of Object.entries(bad))
    test(name, async () => {
      const c = server.client()
      const r = await c.request('POST', '/api/session', { body })
      assert.ok([400, 422].includes(r.status), r.text)
      assert.ok([code].flat().includes(r.json.code), r.text)
      c.close()
    })

  test('another content type', async () => {
    const c = server.client()
    const r = await c.request('POST', '/api/session', { body: 'name=a', type: 'application/x-www-form-urlencoded' })
    assert.equal(r.status, 415)
    c.close()
  })

  test('no body where one is needed', async () => {
    const c = server.client()
    const r = await c.request('POST', '/api/session')
    assert.equal(r.status, 422)
    c.close()
  })
})

describe('slow clients', () => {
  // Bytes that keep coming, but too slowly to be a person's browser.
  function dribble(bytes, ms = 150) {
    return new Promise((resolve) => {
      const began = Date.now()
      const s = net.connect(server.port, '127.0.0.1')
      let i = 0
      const timer = setInterval(() => s.write(bytes[i++ % bytes.length]), ms)
      s.on('error', () => {})
      s.on('close', () => {
        clearInterval(timer)
        resolve(Date.now() - began)
      })
      s.resume()
      setTimeout(() => s.destroy(), 20000).unref()
    })
  }

  test('a header that never ends', async () => {
    const took = await dribble('GET /healthz HTTP/1.1\r\nHost: x\r\nX: ' + 'a'.repeat(4000))
    assert.ok(took >= 1000 && took < 8000, `${took} ms`)
  })

  test('a body that never ends', async () => {
    const took = await new Promise((resolve) => {
      const began = Date.now()
      const s = net.connect(server.port, '127.0.0.1')
      s.write(post('Content-Length: 5000\r\n'))
      const timer = setInterval(() => s.write(' '), 150)
      s.on('error', () => {})
      s.on('close', () => (clearInterval(timer), resolve(Date.now() - began)))
      s.resume()
    })
    assert.ok(took >= 1000 && took < 8000, `${took} ms`)
  })

  test('a quick request beside them is not touched', async () => {
    const slow = dribble('GET / HTTP/1.1\r\nX: ' + 'a'.repeat(4000))
    const c = server.client()
    for (let i = 0; i < 5; i++) {
      assert.equal((await c.get('/healthz')).status, 200)
      await new Promise((r) => setTimeout(r, 200))
    }
    c.close()
    await slow
  })
})

test('after all this the server is as before', async () => {
  const c = server.client()
  assert.equal((await c.get('/readyz')).status, 200)
  assert.equal((await c.signIn('op', server.people.op)).status, 200)
  assert.equal(server.child.exitCode, null)
  c.close()
})
