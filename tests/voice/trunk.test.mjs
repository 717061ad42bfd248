// The wire: trunks by registration, by address, over UDP, TCP and TLS with SRTP; what is refused, limited, counted; and nothing that comes stops the line.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { SOURCE } from '../api/harness.mjs'
import { Line, SAID, until } from './line.mjs'
import { makeCertificate } from './peer.mjs'

const TORTURE = path.join(SOURCE, 'tests/fixtures/torture')

let line, op, boss, ours, theirs, dir
before(async () => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-trunk-'))
  for (const [name, text] of [['right', 'a secret'], ['wrong', 'a guess']]) fs.writeFileSync(path.join(dir, name), text, { mode: 0o600 })
  ours = makeCertificate('127.0.0.1')
  theirs = makeCertificate('127.0.0.4')
  line = await Line.start({
    tones: true, sip: ['udp', 'tcp', 'tls'], hotline: (t) => t.replace('loopback: yes', 'loopback: no').replace('wrap_s: 5', 'wrap_s: 0'),
    voice: [`tls: {certificate: "${ours.certFile}", key: "${ours.keyFile}", authorities: "${theirs.certFile}"}`, 'calls_per_source_s: 3'],
    carriers: {
      registered: { host: '127.0.0.2', registrar: { line1: 'a secret' }, grants: 1, rules: `register: yes, user: line1, password_file: "${dir}/right", ping_s: 1, dial: ["1390"]` },
      refused: { host: '127.0.0.5', registrar: { line2: 'a secret' }, rules: `register: yes, user: line2, password_file: "${dir}/wrong", ping_s: 0, dial: ["1399"]` },
      tcp: { host: '127.0.0.3', transport: 'tcp', rules: 'ping_s: 0, dial: ["1391"]' },
      tls: { host: '127.0.0.4', transport: 'tls', certificate: theirs, rules: 'srtp: yes, ping_s: 0, dial: ["1392"]' },
    },
  })
  op = await line.operator('op')
  boss = line.keep(await line.server.as('boss'))
})
after(async () => {
  await line?.remove()
  for (const c of [ours, theirs]) c?.remove()
  if (dir) fs.rmSync(dir, { recursive: true })
})

const counted = (name) => line.server.metric(`lexline_${name}_total`)
const more = (name, than, n = 1) => until(async () => (await counted(name)) >= than + n, 20000, `${name} counts ${n} more`)

// A call over this carrier, answered by op, heard both ways, and ended.
async function talk(carrier, options = {}) {
  await op.is('ready')
  const call = await line.carriers[carrier].invite('10001', { from: '13800000201', ...options })
  const leg = await op.answer()
  call.play(440)
  leg.play(880)
  await Promise.all([call.hears(880), leg.hears(440)])
  return [call, leg]
}
async function end([call, leg]) {
  await call.hangUp()
  await leg.ended()
}

test('V01 a trunk registers with digest: 401, then 200; with the wrong password it is down, and an alarm says so', async () => {
  const { registered, refused } = line.carriers
  assert.match((await registered.registered('line1')).contact, /^sip:line1@127\.0\.0\.1:/)
  await refused.got((m) => m.method === 'REGISTER' && m.get('authorization'), 'credentials')
  assert.equal(refused.registrations.size, 0)
  await until(async () => (await boss.get('/api/duty/alarms?open=true')).json.items.some((a) => a.kind === 'trunk_down' && a.subject === 'refused'), 20000, 'alarm')
  const { trunks } = (await boss.get('/api/line/wall')).json.trunks
  assert.deepEqual(Object.fromEntries(trunks.map((t) => [t.name, t.state])), { registered: 'up', refused: 'down', tcp: 'up', tls: 'up' })
  await end(await talk('registered'))
})

test('V01 OPTIONS is answered and sent; a trunk that does not take it still counts as alive', async () => {
  const { registered } = line.carriers
  const r = await registered.options()
  assert.equal(r.status, 200)
  assert.match(r.get('allow'), /INVITE/)
  await registered.got((m) => m.method === 'OPTIONS', 'OPTIONS of the line')
})

test('V01 over TCP; delayed offer; µ-law', async () => {
  await end(await talk('tcp'))
  await end(await talk('tcp', { sdp: false }))
  await end(await talk('registered', { payloads: [0] }))
})

test('V01 over TLS with SRTP both ways; in clear it is refused; a replayed packet is dropped and counted', async () => {
  const { tls } = line.carriers
  const clear = await tls.invite('10001')
  assert.equal((await clear.ended()).status, 488)
  const both = await talk('tls', { srtp: true })
  const [call, leg] = both
  assert.match(call.theirs.crypto[0], /AES_CM_128_HMAC_SHA1_80/)
  const before = await counted('media_srtp_refused')
  const packet = Buffer.from(call.media.lastSent)
  for (let n = 0; n < 5; n++) call.media.sendRaw(packet)
  const forged = Buffer.from(packet)
  forged[forged.length - 1] ^= 1
  call.media.sendRaw(forged)
  await more('media_srtp_refused', before, 6)
  await Promise.all([call.hears(880), leg.hears(440)])
  await end(both)
})

test('V06 calling out by the trunk that its number belongs to, over UDP, TCP and TLS with SRTP', async () => {
  for (const [number, name] of [['13900000001', 'registered'], ['13910000001', 'tcp'], ['13920000001', 'tls']]) {
    await op.is('ready')
    await op.post('/api/line/dial', { number })
    const leg = await op.phone.incoming()
    await leg.answer()
    const called = await line.carriers[name].incoming()
    assert.match(called.called, new RegExp(number))
    await called.answer()
    await called.hears(SAID.recording_notice)
    called.play(440)
    leg.play(880)
    await Promise.all([called.hears(880), leg.hears(440)])
    if (name === 'tls') assert.ok(called.media.opening && called.media.sealing, 'SRTP both ways')
    await called.hangUp()
    await leg.ended()
  }
  await op.is('ready')
  await op.post('/api/line/dial', { number: '13990000001' }) // its trunk is down
  const leg = await op.phone.incoming()
  await leg.answer()
  await leg.ended()
})

test('V01 the caller holds and comes back by re-INVITE', async () => {
  const both = await talk('registered')
  const [call, leg] = both
  const held = await call.hold()
  assert.equal(held.status, 200)
  assert.match(held.body, /a=recvonly/)
  const { received } = call.media.counts
  await leg.hearsFor(600)
  assert.ok(call.media.counts.received - received <= 3, 'nothing is sent to who holds')
  assert.match((await call.resume()).body, /a=sendrecv/)
  await Promise.all([call.hears(880), leg.hears(440)])
  await end(both)
})

test('V01 session timers: too short is refused with the least; a refresh is confirmed', async () => {
  const short = await line.carriers.registered.invite('10001', { headers: [['Supported', 'timer'], ['Session-Expires', '30']] })
  assert.equal((await short.ended()).status, 422)
  assert.equal(short.messages.at(-1).get('min-se'), '90')
  const both = await talk('registered', { headers: [['Supported', 'timer'], ['Session-Expires', '90;refresher=uac']] })
  assert.match(both[0].messages.at(-1).get('session-expires'), /^90\s*;\s*refresher=uac/)
  const again = await both[0].reinvite()
  assert.equal(again.status, 200)
  assert.match(again.get('session-expires'), /^90/)
  await both[1].hears(440)
  await end(both)
})

test('T08 who is on no list gets no answer, and is counted', async () => {
  const before = await counted('sip_refused_foreign')
  const stranger = await line.peer({ host: '127.0.0.9' })
  stranger.invite('10001').then((call) => call.answered().catch(() => {}))
  stranger.options()
  await more('sip_refused_foreign', before, 2)
  const sound = await talk('registered')
  assert.deepEqual(stranger.received.map(String), [])
  await end(sound)
})

test('T08 wrong digest of a desk phone is counted, and never let in', async () => {
  const before = await counted('sip_refused_digest')
  const phone = await line.peer({ user: 'op', password: 'not this' })
  assert.ok([401, 403].includes((await phone.register()).status))
  await more('sip_refused_digest', before)
})

test('T08 sound from a third address is dropped and counted', async () => {
  const both = await talk('registered')
  const [call, leg] = both
  const before = await counted('media_rtp_foreign')
  const stranger = await line.peer({ host: '127.0.0.9' })
  const noise = Buffer.alloc(172, 0x2a)
  noise[0] = 0x80
  noise[1] = 8
  for (let n = 0; n < 10; n++) stranger.link.send(noise, call.media.remote)
  await more('media_rtp_foreign', before, 10)
  await Promise.all([call.hears(880), leg.hears(440)])
  await end(both)
})

test('T08 a flood of one source is limited and counted, while the call of another goes on and a new one comes through', async () => {
  const both = await talk('tcp')
  const { registered } = line.carriers
  const before = await counted('sip_refused_flood')
  const offered = await counted('sip_calls_offered')
  for (let n = 0; n < 400; n++)
    registered.raw(`INVITE sip:99999@${line.sip} SIP/2.0\r\nVia: SIP/2.0/UDP ${registered.address};branch=z9hG4bKflood${n}\r\nMax-Forwards: 70\r\n` +
      `From: <sip:flood@x>;tag=${n}\r\nTo: <sip:99999@x>\r\nCall-ID: flood${n}\r\nCSeq: 1 INVITE\r\nContact: <sip:f@${registered.address}>\r\nContent-Length: 0\r\n\r\n`)
  await more('sip_refused_flood', before, 100)
  assert.ok((await counted('sip_calls_offered')) - offered < 200, 'most were not looked at')
  await Promise.all([both[0].hears(880), both[1].hears(440)])
  await end(both)
  await end(await talk('tcp'))
})

test('T08 every message of RFC 4475, over UDP and TCP: the line lives on and takes a call', async () => {
  const { registered, tcp } = line.carriers
  const files = fs.readdirSync(TORTURE)
  assert.ok(files.length >= 49)
  const both = await talk('tcp')
  for (const name of files) {
    const bytes = fs.readFileSync(path.join(TORTURE, name))
    registered.raw(bytes)
    const other = await line.peer({ host: '127.0.0.3', transport: 'tcp' }) // a broken message may end its connection
    other.raw(bytes)
  }
  assert.equal((await registered.options()).status, 200)
  await Promise.all([both[0].hears(880), both[1].hears(440)])
  await end(both)
  assert.equal((await tcp.options()).status, 200)
  await until(async () => (await line.server.metric('lexline_calls_running')) === 0, 20000, 'no call is left')
  await end(await talk('tls', { srtp: true }))
  assert.equal(line.server.child.exitCode, null)
})

test('V01 the registration is refreshed before it runs out', async () => {
  const { registered } = line.carriers
  const sent = () => registered.received.filter((m) => m.method === 'REGISTER' && m.get('authorization')).length
  await registered.until(() => sent() >= 2, 'a second REGISTER', 40000)
})
