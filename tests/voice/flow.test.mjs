// A caller's way through the line: menus, queues, call-backs, messages. What is said are tones (SAID), so every step is heard.
// The server lives on Thursday, 5 March 2026, within duty hours; the second one on Saturday.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { Line, SAID, until } from './line.mjs'
import { toneMs } from './peer.mjs'

const quick = (text) => text.replace('max_s: 60', 'max_s: 5').replaceAll('timeout_s: 5', 'timeout_s: 1').replace('position_every_s: 10', 'position_every_s: 3').replace('wrap_s: 5\n    music: music\n    service_level_s', 'wrap_s: 30\n    music: music\n    service_level_s')

let line, op, boss, carrier
before(async () => {
  line = await Line.start({ tones: true, hotline: quick, env: { LEXLINE_NOW: '2026-03-05T09:00:00+08:00' }, carriers: { carrier: { rules: 'ping_s: 0' } } })
  carrier = line.carriers.carrier
  op = await line.operator('op', { ready: false })
  boss = line.keep(await line.server.as('boss'))
})
after(() => line?.remove())

const pause = () => op.post('/api/line/pause', { reason: 'rest' })
const ready = () => op.post('/api/line/ready').then(() => op.is('ready'))

// The day in Shanghai of an instant.
const day = (at) => new Date(Date.parse(at) + 8 * 3600e3).toISOString().slice(0, 10)

// Speak after the beep: the tape of a message runs once the history says so.
async function leaveMessage(call, api, number, ms = 2000) {
  call.play(440)
  await call.hears(SAID.leave_message)
  const { id } = await line.callOf(api, number)
  const asked = await line.event(api, id, 'voicemail')
  await until(async () => (await api.get(`/api/calls/${id}`)).json.events.some((e) => e.kind === 'recording' && e.at >= asked.at), 10000, 'the message is recorded')
  await call.hearsFor(ms)
  return id
}

async function messageOf(api, id) {
  await line.recording(api, id, 1) // part 0 is what went before
  const record = await line.record(api, (c) => c.id === id && c.outcome === 'voicemail' && c.ended_at && c.case_id, 'record of the message')
  const { left, rate } = await line.recording(api, id, 1)
  return { record, ms: toneMs(left, 440, rate) }
}

test('V03 a message: the key in the menu, the prompt, the tape; a case due in two working days, and it can be played', async () => {
  const call = await line.call('12348', { from: '13800000001' })
  await call.hears(SAID.recording_notice)
  await call.hears(SAID.main_menu)
  await call.keys('9')
  const id = await leaveMessage(call, boss, '13800000001')
  await call.keys('#')
  await call.hears(SAID.goodbye)
  assert.equal((await call.ended()).reason, 'bye')
  const { record, ms } = await messageOf(boss, id)
  assert.ok(ms >= 1500, `${ms} ms of the caller are in the message`)
  const view = (await boss.get(`/api/cases/${record.case_id}`)).json
  assert.equal(view.process, 'voicemail')
  const clock = view.clocks.find((c) => c.name === 'reply')
  assert.equal(clock.status, 'running')
  assert.equal(day(clock.due_at), '2026-03-09', 'Friday and Monday')
})

test('V03 a message that is ended by hanging up is kept as well', async () => {
  const call = await line.call('12348', { from: '13800000002' })
  await call.hears(SAID.main_menu)
  await call.keys('9')
  const id = await leaveMessage(call, boss, '13800000002', 1500)
  await call.hangUp()
  const { ms } = await messageOf(boss, id)
  assert.ok(ms >= 1000, `${ms} ms`)
})

test('V03 a message that takes too long ends by itself', async () => {
  const call = await line.call('12348', { from: '13800000009' })
  await call.hears(SAID.main_menu)
  await call.keys('9')
  const id = await leaveMessage(call, boss, '13800000009', 0)
  await call.hears(SAID.goodbye)
  await call.ended()
  const { ms } = await messageOf(boss, id)
  assert.ok(ms >= 4000 && ms <= 6000, `${ms} ms`)
})

test('V04 menu: nothing pressed and a wrong key are asked again, then it goes on without', async () => {
  for (const [from, key] of [['13800000003', ''], ['13800000004', '7']]) {
    const call = await line.call('12348', { from })
    for (let n = 0; n < 2; n++) {
      await call.hears(SAID.main_menu)
      await call.keys(key)
    }
    await call.hears(SAID.goodbye)
    assert.equal((await call.ended()).reason, 'bye')
    const record = await line.callOf(boss, from, (c) => c.ended_at)
    assert.equal(record.outcome, 'menu')
    assert.equal(record.events.filter((e) => e.kind === 'key').length, key ? 2 : 0)
  }
})

test('V11 V04 after the talk the caller rates by key, and the record has it', async () => {
  await ready()
  const call = await line.call('12348', { from: '13800000005' })
  await call.hears(SAID.main_menu)
  await call.keys('1')
  const leg = await op.answer()
  await op.call('hang_up')
  await leg.ended()
  await call.hears(SAID.survey)
  await call.keys('2')
  await call.hears(SAID.goodbye)
  await call.ended()
  const record = await line.callOf(boss, '13800000005', (c) => c.rating)
  assert.equal(record.rating, 4)
  assert.equal(record.outcome, 'answered')
  await pause()
})

test('V02 within duty hours the call reaches the queue', async () => {
  const call = await line.call('10002', { from: '13800000006' })
  await call.hears(SAID.music)
  await call.hangUp()
  assert.equal((await line.callOf(boss, '13800000006', (c) => c.ended_at)).outcome, 'abandoned')
})

test('V05 who waits too long overflows, here to a message; so does who waits while it rings in vain', async () => {
  const call = await line.call('10003', { from: '13800000007' })
  await call.hears(SAID.music)
  await call.hears(SAID.leave_message)
  await call.hangUp()
  const { id } = await line.callOf(boss, '13800000007')
  await line.event(boss, id, 'overflow')

  await ready()
  const second = await line.call('10003', { from: '13800000008' })
  const leg = await op.phone.incoming()
  leg.ring()
  await second.hears(SAID.leave_message)
  assert.equal((await leg.ended()).reason, 'cancelled')
  await second.hangUp()
  await pause()
})

test('V05 key 9 leaves the queue for what the line offers instead', async () => {
  const call = await line.call('10003', { from: '13800000010' })
  await call.hears(SAID.music)
  await call.keys('9')
  await call.hears(SAID.leave_message)
  await call.hangUp()
  const { id } = await line.callOf(boss, '13800000010', (c) => c.ended_at)
  await line.event(boss, id, 'left_queue')
})

test('V05 the caller hears the place in the queue, which moves up when somebody leaves', async () => {
  const first = await line.call('10004', { from: '13800000011' })
  await first.hears(SAID.music)
  const second = await line.call('10004', { from: '13800000012' })
  await second.hears(SAID.position_before)
  await second.hears(SAID.position_after)
  const { queues } = (await boss.get('/api/line/wall')).json
  assert.equal(queues.find((q) => q.name === 'patient').waiting, 2)
  await first.hangUp()
  await second.hears(SAID.music)
  await second.hangUp()
})

test('V05 an accepted call-back keeps its place: it is called before who came later, and counts as answered', async () => {
  const [mine, later] = ['13800000021', '13800000022']
  const call = await line.call('10004', { from: mine })
  await call.hears(SAID.callback_offer)
  await call.keys('1')
  await call.hears(SAID.callback_kept)
  assert.equal((await call.ended()).reason, 'bye')
  const { id } = await line.callOf(boss, mine)
  await line.event(boss, id, 'callback_asked')
  const second = await line.call('10004', { from: later })
  await second.hears(SAID.music)

  await op.post('/api/line/ready')
  const leg = await op.phone.incoming()
  leg.ring()
  assert.equal((await op.state()).call.id, id, 'the call-back rings first')
  await leg.answer()
  const back = await carrier.incoming()
  assert.match(back.called, new RegExp(mine))
  back.ring()
  await back.answer()
  await back.hears(SAID.recording_notice)
  back.play(440)
  leg.play(880)
  await Promise.all([back.hears(880), leg.hears(440)])
  assert.equal(second.state, 'answered', 'the other one still waits')
  await op.call('hang_up')
  await back.ended()
  const record = await line.callOf(boss, mine, (c) => c.ended_at && c.answered_at)
  assert.equal(record.outcome, 'answered')
  assert.equal(record.operator_name, '坐席甲')
  assert.ok(record.case_id, 'an enquiry was opened')

  await op.post('/api/line/ready')
  const next = await op.answer()
  next.play(880)
  await second.hears(880)
  await second.hangUp()
  await next.ended()
  await pause()
})

test('V02 V03 out of hours: the announcement, then a message', async () => {
  const weekend = await Line.start({ tones: true, env: { LEXLINE_NOW: '2026-03-07T10:00:00+08:00' } })
  try {
    const api = weekend.keep(await weekend.server.as('boss'))
    const call = await weekend.call('10002', { from: '13800000031' })
    await call.hears(SAID.closed)
    await call.hears(SAID.leave_message)
    await call.hangUp()
    const record = await weekend.callOf(api, '13800000031', (c) => c.ended_at && c.case_id)
    const clock = (await api.get(`/api/cases/${record.case_id}`)).json.clocks.find((c) => c.name === 'reply')
    assert.equal(day(clock.due_at), '2026-03-10', 'Monday and Tuesday')
  } finally {
    await weekend.remove()
  }
})
