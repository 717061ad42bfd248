// Calls from the first INVITE to the record: callers and desk phones are scripted peers, recognised by the tones they play.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { Line } from './line.mjs'
import { toneMs } from './peer.mjs'
import { Baresip, sipp } from './phones.mjs'

let line, op, boss
before(async () => {
  line = await Line.start()
  op = await line.operator('op')
  boss = line.keep(await line.server.as('boss'))
})
after(() => line?.remove())

const ready = () => op.is('wrap_up').then(() => op.post('/api/line/ready')).then(() => op.is('ready'))

test('menu, queue, desk phone: both hear each other, the call is recorded in stereo and nothing of it lies in clear', async () => {
  const call = await line.call('12348', { from: '13800000011' })
  await call.answered()
  const leg = await line.choose(call, '1', op.answer())
  call.play(440)
  leg.play(880)
  await Promise.all([call.hears(880), leg.hears(440)])
  await Promise.all([call.hearsFor(2000), leg.hearsFor(2000)])
  const { call: shown } = await op.state()
  assert.equal(shown.queue, 'general')
  assert.ok(shown.case_id, 'an enquiry was opened')
  await call.hangUp()
  assert.equal((await leg.ended()).reason, 'bye')

  const record = await line.record(boss, (c) => c.id === shown.id && c.recordings > 0, 'record with a recording')
  assert.equal(record.outcome, 'answered')
  const { left, right, rate } = await line.recording(boss, shown.id)
  assert.ok(toneMs(left, 440, rate) >= 1500, 'the caller is on the left')
  assert.ok(toneMs(right, 880, rate) >= 1500, 'the operator is on the right')
  // Opus couples the sides for a moment where a tone begins; never more than that
  assert.ok(toneMs(left, 880, rate) < toneMs(right, 880, rate) / 5, 'the operator is not on the left')
  // 50 ms of the caller's tone as it went over the wire
  const wire = Buffer.from(call.media.lastSent.subarray(12))
  for (const entry of fs.readdirSync(line.server.dir, { recursive: true })) {
    const file = path.join(line.server.dir, String(entry))
    if (/profile|prompts/.test(String(entry)) || !fs.statSync(file).isFile()) continue
    assert.ok(!fs.readFileSync(file).includes(wire.subarray(0, 32)), `${entry} holds clear sound`)
  }
  await ready()
})

test('hold: the caller hears something else, and the operator again afterwards', async () => {
  const call = await line.call('10001')
  const leg = await op.answer()
  call.play(440)
  leg.play(880)
  await call.hears(880)
  await op.call('hold')
  await leg.hearsSilence()
  await op.call('resume')
  await Promise.all([call.hears(880), leg.hears(440)])
  await call.hangUp()
  await leg.ended()
  await ready()
})

test('a call that rings is taken back when the caller hangs up', async () => {
  const call = await line.call('10001')
  const leg = await op.phone.incoming()
  leg.ring()
  await call.hangUp()
  assert.equal((await leg.ended()).reason, 'cancelled')
  await op.is('ready')
})

test('a foreign BYE and sound from a third address change nothing', async () => {
  const call = await line.call('10001')
  const leg = await op.answer()
  const stranger = await line.peer({ host: '127.0.0.3' })
  stranger.raw(`BYE sip:12348@${line.sip} SIP/2.0\r\nVia: SIP/2.0/UDP ${stranger.address};branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=${call.localTag}\r\n` +
    `To: ${call.remote.replace(/tag=\w+/, 'tag=guess')}\r\nCall-ID: ${call.id}\r\nCSeq: 99 BYE\r\nContent-Length: 0\r\n\r\n`)
  for (const bytes of ['\0\0\0\0', 'INVITE', 'INVITE sip:x SIP/2.0\r\n\r\n', 'x'.repeat(5000)]) stranger.raw(bytes)
  call.play(440)
  leg.play(880)
  await leg.hears(440)
  const noise = Buffer.alloc(172, 0x2a)
  noise[0] = 0x80
  noise[1] = 8
  stranger.link.send(noise, call.media.remote)
  await Promise.all([call.hears(880), leg.hears(440)])
  assert.equal(call.state, 'answered')
  await call.hangUp()
  await leg.ended()
  await ready()
})

test("SIPp's own caller: five a second come in, wait in the queue and hang up, each with its record", async () => {
  await op.post('/api/line/pause', { reason: 'rest' })
  const run = await sipp(['-sn', 'uac', '-s', '10003', '-m', '10', '-r', '5', '-d', '1000', line.sip])
  assert.equal(run.code, 0, run.out)
  await line.record(boss, (c) => c.called === '10003', 'a record of a call of SIPp')
  const rows = (await boss.get('/api/calls?limit=200')).json.items.filter((c) => c.called === '10003')
  assert.equal(rows.length, 10)
})

test('baresip is a desk phone: it registers, rings, is heard, and its end is the call\'s', async () => {
  const op2 = await line.operator('op2', { phone: false, ready: false })
  const account = (await op2.post('/api/line/phone')).json
  const phone = line.keep(await Baresip.open({ server: line.sip, user: account.user, password: account.password, tone: 660 }))
  await phone.registered()
  await op2.post('/api/line/ready')
  const call = await line.call('10001')
  await phone.saw('CALL_INCOMING')
  phone.do('accept')
  await op2.is('talking')
  await call.hears(660)
  phone.do('hangup')
  assert.equal((await call.ended()).reason, 'bye')
  await op2.is('wrap_up')
})
