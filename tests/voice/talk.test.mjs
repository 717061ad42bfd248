// What happens to a call that is talking, heard at every end: handed over, consulted about, joined, called out, listened to.
// Tones: the caller 440, outside numbers 330, op 880, op2 770, the supervisor 990; what is said are the tones of SAID.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { Line, SAID } from './line.mjs'

let line, op, op2, boss, carrier
before(async () => {
  line = await Line.start({ tones: true, carriers: { carrier: { rules: 'ping_s: 0' } } })
  carrier = line.carriers.carrier
  op = await line.operator('op', { ready: false })
  op2 = await line.operator('op2', { ready: false })
  boss = await line.operator('boss', { ready: false })
})
after(() => line?.remove())

const TONE = { op: 880, op2: 770, boss: 990 }
const OUTSIDE = 330
const id = (o) => o.api.person.id
const ready = (o) => o.post('/api/line/ready')
const pause = (o) => o.post('/api/line/pause', { reason: 'rest' })

async function take(o) {
  const leg = await o.answer()
  leg.play(TONE[o.name])
  return leg
}

// A caller who talks with `o`; only `o` is ready. → [caller's Call, o's Call, the call's id]
async function talking(o, from, number = '10001') {
  await ready(o)
  const caller = await line.call(number, { from })
  const leg = await take(o)
  caller.play(440)
  await Promise.all([caller.hears(TONE[o.name]), leg.hears(440)])
  return [caller, leg, (await o.state()).call.id]
}

async function outside({ answer = true } = {}) {
  const call = await carrier.incoming()
  call.ring()
  if (!answer) return call
  await call.answer()
  call.play(OUTSIDE)
  return call
}

const ended = (from, fits = () => true) => line.callOf(boss.api, from, (c) => c.ended_at && fits(c))

test('V06 handed over blindly to a person, a skill, another queue', async () => {
  for (const [from, target, queue] of [
    ['13800000101', { person_id: id(op) }, 'general'],
    ['13800000102', { skill: 'loan' }, 'general'],
    ['13800000103', { queue: 'loan' }, 'loan'],
  ]) {
    const [caller, first] = await talking(op2, from)
    if (target.person_id) await op2.call('transfer', target, 409) // not ready
    await ready(op)
    await op2.call('transfer', target)
    await first.ended()
    const second = await take(op)
    await Promise.all([caller.hears(TONE.op), second.hears(440)])
    await caller.hangUp()
    await second.ended()
    await Promise.all([pause(op), pause(op2)])
    const record = await ended(from)
    assert.deepEqual([record.transfers, record.outcome, record.operator_name, record.queue], [1, 'answered', '坐席甲', queue])
  }
})

test('V06 handed over to one person who does not answer: the caller is not left to wait for that person', async () => {
  const [caller] = await talking(op, '13800000104')
  await ready(op2)
  await op.call('transfer', { person_id: id(op2) })
  const ringing = await op2.phone.incoming()
  ringing.refuse()
  await op2.is('paused')
  await ready(op)
  const again = await take(op)
  await Promise.all([caller.hears(TONE.op), again.hears(440)])
  await caller.hangUp()
  await again.ended()
  await pause(op)
})

test('V06 handed over to an outside number: both talk without the operator, until one hangs up', async () => {
  const [caller, leg] = await talking(op, '13800000105')
  await op.call('transfer', { number: '13900000009' })
  await leg.ended()
  const guest = await outside({ answer: false })
  assert.match(guest.called, /13900000009/)
  await caller.hears(SAID.music)
  await guest.answer()
  guest.play(OUTSIDE)
  await Promise.all([caller.hears(OUTSIDE), guest.hears(440)])
  await op.is('wrap_up')
  await guest.hangUp()
  await caller.ended()
  await pause(op)
  assert.equal((await ended('13800000105')).transfers, 1)
})

test('V06 an outside number that is busy: the caller hears please-hold and is first in the queue again', async () => {
  const [caller, leg] = await talking(op, '13800000106')
  const later = await line.call('10001', { from: '13800000107' })
  await later.hears(SAID.music)
  await op.call('transfer', { number: '13900000009' })
  await leg.ended()
  const guest = await outside({ answer: false })
  guest.refuse()
  await caller.hears(SAID.please_hold)
  await ready(op2)
  const second = await take(op2)
  await Promise.all([caller.hears(TONE.op2), second.hears(440)])
  await caller.hangUp()
  await second.ended()
  await later.hangUp()
  await Promise.all([pause(op), pause(op2)])
})

test('V06 attended: the operator asks a colleague while the caller hears music, then hands over', async () => {
  const [caller, leg, call] = await talking(op, '13800000108')
  await ready(op2)
  await op.call('consult', { person_id: id(op2) })
  const guest = await op2.answer()
  guest.play(TONE.op2)
  await Promise.all([caller.hears(SAID.music), leg.hears(TONE.op2), guest.hears(TONE.op)])
  await op.call('complete')
  await leg.ended()
  await Promise.all([caller.hears(TONE.op2), guest.hears(440)])
  assert.equal((await op2.state()).call.id, call)
  await op2.call('hold') // the call is that person's now
  await caller.hears(SAID.music)
  await op2.call('resume')
  await caller.hears(TONE.op2)
  await caller.hangUp()
  await guest.ended()
  await Promise.all([pause(op), pause(op2)])
  assert.equal((await ended('13800000108')).operator_name, '坐席乙')
})

test('V06 three-way: with an outside number all hear all; given back, the caller has the operator alone', async () => {
  const [caller, leg] = await talking(op, '13800000109')
  await op.call('consult', { number: '13900000009' })
  const guest = await outside()
  await Promise.all([caller.hears(SAID.music), leg.hears(OUTSIDE), guest.hears(TONE.op)])
  await op.call('join')
  await Promise.all([caller.hears([TONE.op, OUTSIDE]), leg.hears([440, OUTSIDE]), guest.hears([440, TONE.op])])
  await op.call('back')
  await guest.ended()
  await Promise.all([caller.hears(TONE.op), leg.hears(440)])

  await op.call('consult', { number: '13900000009' }) // and the third party may leave by itself
  const again = await outside()
  await leg.hears(OUTSIDE)
  await again.hangUp()
  await Promise.all([caller.hears(TONE.op), leg.hears(440)])
  await caller.hangUp()
  await leg.ended()
  await pause(op)
})

test('V06 V15 calling out in a case: the notice first; the call hangs on the case', async () => {
  await ready(op)
  const made = (await op.api.post('/api/cases', { process: 'enquiry', fields: { question: '请回电' } })).json
  await op.post('/api/line/dial', { number: '13800000110', case_id: made.id })
  const leg = await op.phone.incoming()
  await leg.answer()
  const called = await outside({ answer: false })
  assert.match(called.called, /13800000110/)
  await called.answer()
  await called.hears(SAID.recording_notice)
  called.play(440)
  leg.play(TONE.op)
  await Promise.all([called.hears(TONE.op), leg.hears(440)])
  await leg.hangUp()
  await called.ended()
  const record = await ended('13800000110', (c) => c.recordings > 0)
  assert.deepEqual([record.direction, record.outcome, record.case_id], ['out', 'answered', made.id])
  await pause(op)
})

test('V06 calling out to somebody busy ends, and the operator is free again', async () => {
  await ready(op)
  await op.post('/api/line/dial', { number: '13800000111' })
  const leg = await op.phone.incoming()
  await leg.answer()
  const called = await outside({ answer: false })
  called.refuse()
  await leg.ended()
  await op.is('ready')
  assert.equal((await ended('13800000111')).outcome, 'failed')
  await pause(op)
})

test('V05 V15 a missed call is called back, and stands as called back', async () => {
  const missed = await line.call('10001', { from: '13800000112' })
  await missed.hears(SAID.music)
  await missed.hangUp()
  const { id: call } = await ended('13800000112')
  const open = () => op.api.get('/api/calls?missed=true').then((r) => r.json.items.some((c) => c.id === call))
  assert.ok(await open())
  await ready(op)
  await op.post(`/api/calls/${call}/call_back`)
  const leg = await op.phone.incoming()
  await leg.answer()
  const called = await outside()
  assert.match(called.called, /13800000112/)
  leg.play(TONE.op)
  await Promise.all([called.hears(TONE.op), leg.hears(OUTSIDE)])
  await called.hangUp()
  await leg.ended()
  const record = await ended('13800000112', (c) => c.direction === 'callback')
  assert.equal(record.callback_of, call)
  assert.equal((await op.api.get(`/api/calls/${call}`)).json.called_back_by, record.id)
  assert.ok(!(await open()))
  await pause(op)
})

test('V14 a supervisor listens, whispers, joins: who hears whom', async () => {
  const [caller, leg, call] = await talking(op, '13800000113')
  await boss.post(`/api/line/calls/${call}/listen`)
  const ear = await boss.phone.incoming()
  await ear.answer()
  ear.play(TONE.boss)
  await ear.hears([440, TONE.op])
  await Promise.all([caller.hears(TONE.op), leg.hears(440)])

  await boss.post(`/api/line/calls/${call}/whisper`)
  await Promise.all([leg.hears([440, TONE.boss]), caller.hears(TONE.op), ear.hears([440, TONE.op])])

  await boss.post(`/api/line/calls/${call}/barge`)
  await Promise.all([leg.hears([440, TONE.boss]), caller.hears([TONE.op, TONE.boss]), ear.hears([440, TONE.op])])

  await boss.post(`/api/line/calls/${call}/leave`)
  await ear.ended()
  await Promise.all([caller.hears(TONE.op), leg.hears(440)])
  await caller.hangUp()
  await leg.ended()
  const kinds = (await ended('13800000113')).events.map((e) => e.kind)
  for (const kind of ['supervisor_listens', 'supervisor_whispers', 'supervisor_joins']) assert.ok(kinds.includes(kind), kind)
  await op2.post(`/api/line/calls/${call}/listen`, {}, 403) // no supervisor
  await pause(op)
})

test('V04 a step of the line hands over to an outside number; when that is busy, the caller goes on', async () => {
  const call = await line.call('10005', { from: '13800000121' })
  const guest = await outside()
  assert.match(guest.called, /13900000001/)
  call.play(440)
  await Promise.all([call.hears(OUTSIDE), guest.hears(440)])
  await call.hangUp()
  await guest.ended()
  assert.equal((await ended('13800000121')).outcome, 'answered')

  const second = await line.call('10005', { from: '13800000122' })
  const busy = await outside({ answer: false })
  busy.refuse()
  await second.hears(SAID.goodbye)
  await second.ended()

  const third = await line.call('10005', { from: '13800000123' })
  const ringing = await outside({ answer: false })
  await third.hangUp()
  assert.equal((await ringing.ended()).reason, 'cancelled')
})

test('V06 keys of the operator reach the caller', async () => {
  const [caller, leg] = await talking(op, '13800000124')
  await op.call('keys', { keys: '12#' })
  await caller.hearsKeys('12#')
  await caller.hears(TONE.op)
  await caller.hangUp()
  await leg.ended()
  await pause(op)
})

test('V06 a desk phone hands over by REFER, and dials by itself', async () => {
  const [caller, leg] = await talking(op, '13800000125')
  assert.equal((await leg.refer('13900000009')).status, 202)
  const guest = await outside()
  await Promise.all([caller.hears(OUTSIDE), guest.hears(440)])
  await caller.hangUp()
  await guest.ended()

  await ready(op)
  const dialled = await op.phone.invite('13800000126')
  const called = await outside()
  dialled.play(TONE.op)
  await Promise.all([called.hears(TONE.op), dialled.hears(OUTSIDE)])
  await dialled.hangUp()
  await called.ended()
  const record = await ended('13800000126')
  assert.deepEqual([record.direction, record.outcome, record.operator_name], ['out', 'answered', '坐席甲'])
  await pause(op)
})
