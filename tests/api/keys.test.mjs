// Keys are rotated without losing a value (T08): sealed fields, one-time secrets and files open as before, and
// nothing needs the old data keys any more.
import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { lexline, Server } from './harness.mjs'

let server
before(async () => (server = await Server.start({ profile: 'demo' })))
after(() => server.remove())

// RFC 6238 with SHA-1, 30 seconds, six digits.
function otpNow(base32, steps = 0) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...base32.replace(/=+$/, '')].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => Number.parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps))
  const mac = crypto.createHmac('sha1', key).update(counter).digest()
  const at = mac[19] & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0')
}

async function consultation(client) {
  const definition = (await client.get('/api/processes/consultation')).json
  const category = definition.fields.find((f) => f.name === 'category').choices[0].value
  const made = await client.post('/api/cases', {
    process: 'consultation',
    fields: { asker: '张三', phone: '138 0013 8000', category, question: '劳动合同到期不续签，有没有补偿？' },
  })
  assert.equal(made.status, 201, made.text)
  return made.json
}

async function reveal(client, id, field) {
  const r = await client.post(`/api/cases/${id}/reveal`, { field, purpose: '回访' })
  assert.equal(r.status, 200, r.text)
  return r.json.value
}

test('after a rotation with a new master key everything opens as before', async () => {
  const lin = await server.as('lin')
  const kase = await consultation(lin)
  assert.equal(kase.fields.phone.sealed, true)
  assert.ok(!JSON.stringify(kase).includes('13800138000'))
  const phone = await reveal(lin, kase.id, 'phone')
  const attached = await lin.post(`/api/cases/${kase.id}/attachments?name=note.txt`, '原件', { type: 'text/plain' })
  assert.ok(attached.status < 300, attached.text)
  const { secret } = (await lin.post('/api/me/totp')).json
  const confirmed = await lin.post('/api/me/totp/confirm', { otp: otpNow(secret) })
  assert.ok(confirmed.status < 300, confirmed.text)

  await server.stop()
  const before = fs.readFileSync(path.join(server.dir, 'master.key'), 'utf8')
  const rotated = lexline(['keys', 'rotate', '--data', server.dir, '--master', '--reseal'])
  assert.equal(rotated.code, 0, rotated.stderr)
  assert.ok(Number(/cases: (\d+) values/.exec(rotated.stdout)[1]) >= 3, rotated.stdout)
  const key = path.join(server.dir, 'master.key')
  assert.notEqual(fs.readFileSync(key, 'utf8'), before)
  assert.equal(fs.statSync(key).mode & 0o777, 0o600)
  const again = lexline(['keys', 'rotate', '--data', server.dir, '--reseal'])
  assert.equal(again.code, 0, again.stderr)
  await server.serve()

  const back = server.client()
  assert.equal((await back.signIn('lin', server.people.lin)).json.code, 'otp_required')
  // The next step: a code is good once, and the last one was used to confirm.
  const signed = await back.signIn('lin', server.people.lin, { otp: otpNow(secret, 1) })
  assert.equal(signed.status, 200, signed.text)
  assert.equal(await reveal(back, kase.id, 'phone'), phone)
  assert.equal(await reveal(back, kase.id, 'asker'), '张三')
  const file = await back.get(`/api/cases/${kase.id}/attachments/${attached.json.id}`)
  assert.equal(file.text, '原件')
})

test('a data folder without its master key does not start, and says what to do', async () => {
  await server.stop()
  const key = path.join(server.dir, 'master.key')
  fs.renameSync(key, key + '-away')
  const r = lexline(['serve', '--data', server.dir, '--listen', '127.0.0.1:0'])
  assert.notEqual(r.code, 0)
  assert.match(r.stderr, /master\.key is missing/)
  fs.renameSync(key + '-away', key)
  fs.chmodSync(key, 0o644)
  assert.match(lexline(['serve', '--data', server.dir, '--listen', '127.0.0.1:0']).stderr, /chmod 600/)
  fs.chmodSync(key, 0o600)
  await server.serve()
})
