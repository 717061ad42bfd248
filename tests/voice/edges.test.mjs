// Hanging up at the wrong moment, not answering, several calls at once: nobody is left on a dead line, and no operator stays busy.
import { test, before, after, afterEach } from 'node:test'
import assert from 'node:assert/strict'
import { Line, SAID, until } from './line.mjs'

let line, op, op2, boss, carrier
before(async () => {
  line = await Line.start({ tones: true, carriers: { carrier: { rules: 'ping_s: 0' } } })
  carrier = line.carriers.carrier
  op = await line.operator('op', { ready: false })
  op2 = await line.operator('op2', { ready: false })
  boss = await line.operator('boss', { ready: false })
})
after(() => line?.remove())
afterEach(async () => {
  for (const o of [op, op2]) {
    await o.post('/api/line/ready')
    await o.is('ready')
    await o.post('/api/line/pause', { reason: 'rest' })
  }
  await until(async () => (await line.server.metric('lexline_calls_running')) === 0, 20000, 'no call is left')
})

async function talking(o, from, tone) {
  await o.post('/api/line/ready')
  const caller = await line.call('10001', { from })
  const leg = await o.answer()
  leg.play(tone)
  caller.play(440)
  await Promise.all([caller.hears(tone), leg.hears(440)])
  return [caller, leg, (await o.state()).call.id]
}
const ended = (from) => line.callOf(boss.api, from, (c) => c.ended_at)

test('the caller hangs up while held, and while a colleague is asked: all are free', async () => {
  const [caller, leg] = await talking(op, '13800000401', 880)
  await op.call('hold')
  await caller.hears(SAID.music)
  await caller.hangUp()
  await leg.ended()
  const [second, leg2] = await talking(op, '13800000402', 880)
  await op2.post('/api/line/ready')
  await op.call('consult', { person_id: op2.api.person.id })
  const guest = await op2.answer()
  await second.hangUp()
  await Promise.all([leg2.ended(), guest.ended()])
  const { hold_ms: held } = await ended('13800000402')
  assert.ok(held > 0, 'the time on hold is counted')
})

test('the asked colleague does not answer, or hangs up: the caller has the operator again', async () => {
  const [caller, leg] = await talking(op, '13800000403', 880)
  await op2.post('/api/line/ready')
  await op.call('consult', { person_id: op2.api.person.id })
  const ringing = await op2.phone.incoming()
  ringing.refuse()
  await Promise.all([caller.hears(880), leg.hears(440)])
  await op2.post('/api/line/ready')
  await op.call('consult', { person_id: op2.api.person.id })
  const guest = await op2.answer()
  guest.play(770)
  await leg.hears(770)
  await guest.hangUp()
  await Promise.all([caller.hears(880), leg.hears(440)])
  await leg.hangUp()
  await caller.hears(SAID.goodbye) // the flow goes on
  await caller.ended()
})

test('the caller hangs up while a supervisor listens, and while it is handed over: nobody is left in it', async () => {
  const [caller, leg, call] = await talking(op, '13800000404', 880)
  await boss.post(`/api/line/calls/${call}/listen`)
  const ear = await boss.phone.incoming()
  await ear.answer()
  await ear.hears([440, 880])
  await caller.hangUp()
  await Promise.all([leg.ended(), ear.ended()])
  const [second] = await talking(op, '13800000405', 880)
  await op.call('transfer', { number: '13900000009' })
  const guest = await carrier.incoming()
  await second.hangUp()
  assert.equal((await guest.ended()).reason, 'cancelled')
})

test('a call-back that rings in vain stays a missed call, and the operator is free', async () => {
  const call = await line.call('10004', { from: '13800000406' })
  await call.hears(SAID.callback_offer)
  await call.keys('1')
  await call.hears(SAID.callback_kept)
  await call.hangUp() // before the end of what is said
  await op.post('/api/line/ready')
  const first = await op.phone.incoming()
  first.refuse() // the operator doesn't want it …
  await op.is('paused')
  await op.post('/api/line/ready')
  const leg = await op.phone.incoming() // … then it comes again
  await leg.answer()
  const back = await carrier.incoming()
  back.refuse(486)
  await leg.ended()
  const record = await ended('13800000406')
  assert.equal(record.outcome, 'callback_asked')
  assert.ok((await boss.api.get('/api/calls?missed=true')).json.items.some((c) => c.id === record.id))
})

test('two calls at once hear only their own', async () => {
  const [one, leg1] = await talking(op, '13800000407', 880)
  const [two, leg2] = await talking(op2, '13800000408', 770)
  two.play(350)
  await Promise.all([one.hears(880), leg1.hears(440), two.hears(770), leg2.hears(350)])
  await one.hangUp()
  await leg1.ended()
  await Promise.all([two.hears(770), leg2.hears(350)])
  await two.hangUp()
  await leg2.ended()
})

test('the operator picks up in the moment the caller hangs up: either way both end, and the operator is free', async () => {
  for (let n = 0; n < 5; n++) {
    await op.post('/api/line/ready')
    const call = await line.call('10001', { from: '13800000409' })
    const leg = await op.phone.incoming()
    await Promise.all([leg.answer().catch(() => {}), call.hangUp()])
    await leg.ended()
    assert.equal(call.state, 'ended')
  }
})

test('signing out while talking: the talk goes on, then nothing rings any more', async () => {
  const [caller, leg] = await talking(op, '13800000410', 880)
  await op.post('/api/line/sign_out')
  await Promise.all([caller.hears(880), leg.hears(440)])
  const next = await line.call('10001', { from: '13800000411' })
  await caller.hangUp()
  await leg.ended()
  await next.hears(SAID.music)
  assert.equal((await op.state()).signed_in, false)
  await next.hangUp()
  await op.post('/api/line/sign_in')
})
