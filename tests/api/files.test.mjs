// Uploads are streamed: admitted before the first byte, counted, in little memory.
import assert from 'node:assert/strict'
import http from 'node:http'
import { after, before, test } from 'node:test'
import { raw, Server } from './harness.mjs'

let server, op
before(async () => {
  server = await Server.start({ config: 'upload_max: 300000000' })
  op = await server.as('op')
})
after(() => server.remove())

// Stream n bytes. → {status, json}
function upload(c, n, { chunked = false, target = '/api/test/files?name=%E8%AF%81%E6%8D%AE.pdf', headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const all = { Cookie: `lexline=${c.cookie}`, 'Content-Type': 'application/pdf', ...headers }
    if (!chunked) all['Content-Length'] = n
    const q = http.request(new URL(target, server.url), { method: 'POST', headers: all, agent: false }, (res) => {
      let text = ''
      res.on('data', (d) => (text += d))
      res.on('end', () => resolve({ status: res.statusCode, json: text ? JSON.parse(text) : null }))
    })
    q.on('error', reject)
    const piece = Buffer.alloc(1 << 20, 7)
    let left = n
    const more = () => {
      while (left > 0) {
        const part = piece.subarray(0, Math.min(left, piece.length))
        left -= part.length
        if (!q.write(part)) return q.once('drain', more)
      }
      q.end()
    }
    more()
  })
}

test('a file arrives with its name, type and size', async () => {
  const r = await upload(op, 100000)
  assert.equal(r.status, 201, JSON.stringify(r.json))
  assert.equal(r.json.size, 100000)
  assert.equal(r.json.name, '证据.pdf')
  assert.equal(r.json.type, 'application/pdf')
})

test('also chunked, empty, and with a path in its name', async () => {
  assert.equal((await upload(op, 3000000, { chunked: true })).json.size, 3000000)
  assert.equal((await upload(op, 0)).json.size, 0)
  assert.equal((await upload(op, 5, { target: '/api/test/files?name=..%2F..%2Fetc%2Fpasswd' })).json.name, 'passwd')
})

// A sanitizer keeps memory of its own.
test('250 MB take less than 20 MB of memory', { skip: process.env.LEXLINE_SANITIZED && 'a sanitizer counts too' }, async () => {
  const before = await server.metric('lexline_resident_bytes')
  let peak = 0
  const watch = setInterval(async () => (peak = Math.max(peak, await server.metric('lexline_resident_bytes'))), 100)
  const r = await upload(op, 250 << 20)
  clearInterval(watch)
  assert.equal(r.status, 201)
  assert.equal(r.json.size, 250 << 20)
  assert.ok(peak - before < 20 << 20, `${(peak - before) >> 20} MB`)
})

test('without permission the answer comes before the body', async () => {
  const stranger = { cookie: 'x' }
  const head = (cookie) => `POST /api/test/files HTTP/1.1\r\nHost: x\r\nCookie: lexline=${cookie}\r\nContent-Length: 1000000\r\n\r\n`
  assert.equal((await raw(server.port, head(stranger.cookie))).status, 401)
  const admin = await server.as('editor')
  assert.equal((await raw(server.port, head(admin.cookie))).status, 403)
  admin.close()
})

test('too large is known from the length, and found when chunked', async () => {
  const head = `POST /api/test/files HTTP/1.1\r\nHost: x\r\nCookie: lexline=${op.cookie}\r\nContent-Length: 300000001\r\n\r\n`
  assert.equal((await raw(server.port, head)).status, 413)
  const r = await upload(op, 301 << 20, { chunked: true }).catch((e) => e)
  assert.ok(r.status === 413 || r.code === 'ECONNRESET' || r.code === 'EPIPE', JSON.stringify(r))
})

test('an unknown parameter is refused', async () => {
  assert.equal((await upload(op, 10, { target: '/api/test/files?nmae=x' })).status, 422)
})

test('an upload that is broken off leaves nothing behind', async () => {
  for (let i = 0; i < 5; i++) {
    const head = `POST /api/test/files HTTP/1.1\r\nHost: x\r\nCookie: lexline=${op.cookie}\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(300000)}`
    await raw(server.port, head, 150, 150)
  }
  assert.equal((await upload(op, 10)).status, 201)
})

test('a large file comes back byte for byte, whole and in ranges (V07, D04 rest on it)', async () => {
  const made = await op.post('/api/cases', { process: 'question', fields: { text: '附件' } })
  const bytes = Buffer.alloc(3_000_001)
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31 + (i >> 8)) & 255
  const put = await op.post(`/api/cases/${made.json.id}/attachments?name=${encodeURIComponent('录音 1.wav')}`, bytes, { type: 'audio/wav' })
  assert.equal(put.status, 201, put.text)
  const target = `/api/cases/${made.json.id}/attachments/${put.json.id}`
  const whole = await op.get(target)
  assert.equal(whole.status, 200)
  assert.ok(whole.bytes.equals(bytes))
  assert.equal(whole.headers['content-type'], 'audio/wav')
  assert.equal(whole.headers['accept-ranges'], 'bytes')
  assert.match(whole.headers['content-disposition'], /filename\*=UTF-8''%E5%BD%95%E9%9F%B3%201\.wav/)
  assert.match(whole.headers['content-security-policy'], /sandbox/)
  for (const [range, from, to] of [
    ['bytes=0-0', 0, 1],
    ['bytes=65530-65550', 65530, 65551],
    ['bytes=2999990-', 2999990, 3000001],
    ['bytes=-5', 2999996, 3000001],
    ['bytes=100-2999999', 100, 3000000],
  ]) {
    const part = await op.get(target, { headers: { Range: range } })
    assert.equal(part.status, 206, range)
    assert.equal(part.headers['content-range'], `bytes ${from}-${to - 1}/3000001`)
    assert.ok(part.bytes.equals(bytes.subarray(from, to)), range)
  }
  const beyond = await op.get(target, { headers: { Range: 'bytes=3000001-' } })
  assert.equal(beyond.status, 416)
  assert.equal(beyond.headers['content-range'], 'bytes */3000001')
  assert.equal((await op.get(target, { headers: { Range: 'bytes=0-1,5-6' } })).status, 200)
  const head = await op.request('HEAD', target)
  assert.equal(head.status, 200)
  assert.equal(head.headers['content-length'], '3000001')
  assert.equal(head.bytes.length, 0)
})

test('a reader who leaves in the middle of a file harms nobody', async () => {
  const made = await op.post('/api/cases', { process: 'question', fields: { text: '附件' } })
  const put = await op.post(`/api/cases/${made.json.id}/attachments?name=big.bin`, Buffer.alloc(20 << 20, 3), { type: 'application/octet-stream' })
  const target = `/api/cases/${made.json.id}/attachments/${put.json.id}`
  await Promise.all(Array.from({ length: 10 }, () => new Promise((resolve) => {
    const q = http.get(new URL(target, server.url), { headers: { Cookie: `lexline=${op.cookie}` }, agent: false }, (res) => res.once('data', () => (q.destroy(), resolve())))
    q.on('error', resolve)
  })))
  assert.equal((await op.get(target)).bytes.length, 20 << 20)
})
