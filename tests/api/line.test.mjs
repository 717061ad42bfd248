// What people ask of the telephone line over HTTP: each request once, with what is refused (V06, V10, V14, V15).
// Real calls: SIP peers as callers, desk phones as operators. How it sounds is tested in tests/voice.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Line, until } from '../voice/line.mjs'
import { Peer } from '../voice/peer.mjs'

let line, boss, op, op2, carrier
before(async () => {
  carrier = await Peer.open({ user: 'carrier' })
  line = await Line.start({ config: `voice:\n  trunks:\n    carrier: {server: "${carrier.address}", from: "+864001112348", ping_s: 0}` })
  line.keep(carrier)
  boss = await line.operator('boss', { ready: false })
  op = await line.operator('op')
  op2 = await line.operator('op2', { ready: false })
})
after(() => line?.remove())

// A caller who has been answered by `who`.
async function talking(who = op, number = '10001') {
  await who.is('ready')
  const caller = await line.call(number)
  await caller.answered()
  await who.answer()
  return caller
}

// An offer as Chromium makes it, of a browser that never comes to the media.
const fingerprint = Array.from({ length: 32 }, (_, i) => (i * 7 + 3).toString(16).padStart(2, '0').slice(-2).toUpperCase()).join(':')
const offer = (ufrag = 'aaaa') => [
  'v=0', 'o=- 4611732 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0', 'a=msid-semantic: WMS',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 126', 'c=IN IP4 0.0.0.0', 'a=rtcp:9 IN IP4 0.0.0.0', `a=ice-ufrag:${ufrag}`, 'a=ice-pwd:0123456789abcdef01234567',
  'a=ice-options:trickle', `a=fingerprint:sha-256 ${fingerprint}`, 'a=setup:actpass', 'a=mid:0', 'a=sendrecv', 'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2', 'a=rtpmap:0 PCMU/8000', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:126 telephone-event/8000', '',
].join('\r\n')

describe('the desk', () => {
  test('signs in paused, is ready, pauses for a reason of the hotline only', async () => {
    const s = await op2.state()
    assert.deepEqual([s.state, s.reason, s.signed_in, s.media], ['paused', 'signed_in', true, 'phone'])
    assert.deepEqual(s.pauses.map((p) => p.name), ['rest'])
    assert.equal((await op2.post('/api/line/ready')).json.state, 'ready')
    await op2.post('/api/line/pause', { reason: 'golf' }, 422)
    const paused = (await op2.post('/api/line/pause', { reason: 'rest' })).json
    assert.deepEqual([paused.state, paused.reason], ['paused', 'rest'])
    const law = await line.server.as('law')
    assert.equal((await law.post('/api/line/ready')).status, 409, 'not signed in')
    assert.equal((await law.post('/api/line/sign_in')).json.state, 'paused')
    assert.equal((await law.post('/api/line/sign_out')).json.signed_in, false)
    law.close()
  })

  test("a browser's offer is answered; what is none is refused", async () => {
    const law = await line.server.as('law')
    const answer = await law.post('/api/line/media', { sdp: offer() })
    assert.equal(answer.status, 200, answer.text)
    for (const piece of [/a=ice-lite/, /a=setup:passive/, /a=rtcp-mux/, /a=mid:0/, /a=fingerprint:sha-256 /, /m=audio \d+ UDP\/TLS\/RTP\/SAVPF/])
      assert.match(answer.json.sdp, piece)
    assert.equal((await law.post('/api/line/media', { sdp: offer('bbbb') })).status, 200, 'again: a reload')
    assert.equal((await law.post('/api/line/media', { sdp: 'v=0 and nothing that one could answer' })).status, 422)
    assert.equal((await law.delete('/api/line/media')).status, 204)
    law.close()
  })
})

describe('a call', () => {
  test('is answered, held, resumed, muted, given keys, ended, wrapped up; its record says so', async () => {
    const caller = await talking()
    const { call } = await op.state()
    assert.equal(call.state, 'talking')
    assert.equal((await op.call('answer')).json.state, 'talking', 'from a second tab, too late')
    assert.equal((await op.call('hold')).json.call.state, 'held')
    assert.equal((await op.call('resume')).json.call.state, 'talking')
    assert.equal((await op.call('mute', { on: true })).json.muted, true)
    assert.equal((await op.call('mute', { on: false })).json.muted, false)
    await op.call('keys', { keys: '12#' })
    await op.call('keys', { keys: 'x' }, 422)
    await op2.post(`/api/line/calls/${call.id}/hold`, {}, 409)
    assert.equal((await op.call('hang_up')).json.state, 'wrap_up')
    await op.post(`/api/line/calls/${call.id}/hang_up`, {}, 409)
    assert.equal((await op.post(`/api/line/calls/${call.id}/wrap_up`, { disposition: 'advised' })).json.state, 'ready')
    await caller.ended()

    const row = await line.record(op.api, (c) => c.id === call.id && c.ended_at)
    assert.deepEqual([row.outcome, row.queue, row.operator_name, row.disposition, row.caller_hint], ['answered', 'general', '坐席甲', 'advised', '138****1234'])
    const kinds = row.events.map((e) => e.kind)
    for (const kind of ['arrived', 'queued', 'rang', 'recording', 'answered', 'held', 'resumed', 'operator_left']) assert.ok(kinds.includes(kind), `${kind}: ${kinds}`)
    assert.ok(row.hold_ms >= 0)
    const sound = await until(async () => {
      const r = await op.api.get(`/api/calls/${call.id}/recording?reason=${encodeURIComponent('复核答复')}`, { headers: { Range: 'bytes=0-3' } })
      return r.status === 206 && r
    }, 30000, 'the recording')
    assert.equal(sound.bytes.toString('latin1'), 'OggS')
    assert.ok(sound.headers['x-listened-by'])
    assert.equal((await op.api.get(`/api/calls/${call.id}/recording`)).status, 422, 'a reason is needed')
    assert.equal((await op2.api.get(`/api/calls/${call.id}/recording?reason=curious`)).status, 404)
    const log = (await boss.api.get('/api/access-log?subject=call')).json.items
    assert.ok(log.some((e) => e.subject_id === call.id && e.detail.reason === '复核答复'))
  })

  test('one work order per call: an enquiry in the name of who answered, with the number under seal (V08)', async () => {
    const caller = await talking()
    const { call } = await op.state()
    const popped = await op.events.find((e) => e.event === 'call.popped' && e.json.call_id === call.id)
    const pop = await op.api.get(`/api/calls/${call.id}/pop`)
    assert.equal(pop.status, 200, pop.text)
    assert.equal(pop.json.case_id, popped.json.case_id)
    assert.equal(pop.json.phone, '+8613800001234')
    const kase = (await op.api.get(`/api/cases/${pop.json.case_id}`)).json
    assert.deepEqual([kase.process, kase.state], ['enquiry', 'taken'])
    assert.ok(!op2.events.all.some((e) => e.event === 'call.popped' && e.json.call_id === call.id), 'nobody else')
    const other = await op.api.post('/api/cases', { process: 'enquiry', fields: { question: '另一件' } })
    assert.equal((await op.api.post(`/api/calls/${call.id}/link`, { case_id: other.json.id })).status, 204)
    assert.equal((await op.api.get(`/api/calls?case_id=${other.json.id}`)).json.items[0].id, call.id)
    await op.call('hang_up')
    await caller.ended()
    await op.post('/api/line/ready')
  })

  test('that is not wanted goes back to the queue, and its operator is paused', async () => {
    await op.is('ready')
    const caller = await line.call('10001')
    await caller.answered()
    const leg = await op.phone.incoming()
    leg.ring()
    const s = await op.is('ringing')
    await op.post(`/api/line/calls/${s.call.id}/answer`, {}, 409) // the telephone is on the hook
    assert.equal((await op.post(`/api/line/calls/${s.call.id}/refuse`)).json.state, 'paused')
    await op.post(`/api/line/calls/${s.call.id}/refuse`, {}, 409)
    await op2.post('/api/line/ready')
    await op2.answer()
    assert.equal((await op2.state()).call.id, s.call.id)
    await op2.call('hang_up')
    await caller.ended()
    await op2.post('/api/line/pause', { reason: 'rest' })
    await op.post('/api/line/ready')
  })

  test('is handed over, asked about, joined by three, completed, given back', async () => {
    await op2.post('/api/line/ready')
    await boss.post('/api/line/ready')
    const targets = (await op.api.get('/api/line/targets')).json.items
    assert.deepEqual(targets.map((t) => t.name).sort(), ['坐席乙', '班长'])
    await boss.post('/api/line/pause', { reason: 'rest' })
    await op2.post('/api/line/pause', { reason: 'rest' })
    const caller = await talking()
    await op.call('transfer', {}, 422)
    await op.call('transfer', { person_id: op2.api.person.id }, 409) // not ready
    await op2.post('/api/line/ready')
    await op.call('consult', { person_id: op2.api.person.id })
    await op2.answer()
    const asking = (await op.state())
    assert.deepEqual([asking.call.state, asking.consult.name, asking.consult.state], ['held', '坐席乙', 'talking'])
    assert.equal((await op.call('back')).json.call.state, 'talking')
    await op2.is('ready')
    await op.call('consult', { person_id: op2.api.person.id })
    await op2.answer()
    assert.equal((await op.call('join')).json.call.conference, true)
    await op.call('complete')
    assert.equal((await op.state()).call, null)
    assert.equal((await op2.state()).call.state, 'talking')
    await op.post('/api/line/ready')
    await op2.call('transfer', { person_id: op.api.person.id })
    await op.answer()
    const { call } = await op.state()
    await op.call('hang_up')
    await caller.ended()
    const row = await line.record(op.api, (c) => c.id === call.id && c.ended_at)
    assert.equal(row.transfers, 2)
    await op.post('/api/line/ready')
    await op2.post('/api/line/pause', { reason: 'rest' })
  })

  test('goes out, and back to somebody who was missed', async () => {
    await op.is('ready')
    await op.post('/api/line/pause', { reason: 'rest' })
    const missed = await line.call('10004', { from: '13800009999' })
    await missed.answered()
    await missed.hangUp()
    const row = await line.record(boss.api, (c) => c.caller_hint?.endsWith('9999') && c.ended_at)
    assert.ok(['abandoned', 'menu', 'answered'].includes(row.outcome), row.outcome)
    await op.post('/api/line/ready')
    await op.post(`/api/calls/${row.id}/call_back`)
    await pickedUp('9999')
    await op.call('hang_up')
    const again = (await boss.api.get('/api/calls?missed=true')).json.items
    await until(async () => (await boss.api.get(`/api/calls/${row.id}`)).json.called_back_by, 20000, 'called back')
    assert.ok(again)
    await op.is('ready')
    await op.post('/api/line/dial', { number: '+8613900000002' })
    await pickedUp('0002')
    const { call } = await op.state()
    assert.deepEqual([call.direction, call.state], ['out', 'talking'])
    await op.call('hang_up')
    await line.record(op.api, (c) => c.id === call.id && c.ended_at && c.outcome === 'answered')
    await op.is('ready')
  })
})

// The console dials: the desk phone rings first, then the carrier is asked for the number.
async function pickedUp(end) {
  const leg = await op.phone.incoming()
  leg.ring()
  await leg.answer()
  const out = await carrier.incoming()
  assert.ok(out.called.includes(`${end}@`), out.called)
  await out.answer()
  await op.is('talking')
  await until(async () => (await op.state()).call?.state === 'talking', 20000, 'talking')
}

describe('supervision', () => {
  test('the wallboard shows queues, people, calls and the day by both formulas; a call is listened to, whispered into, joined', async () => {
    const caller = await talking()
    const wall = (await boss.api.get('/api/line/wall')).json
    assert.deepEqual(wall.queues.map((q) => q.name), ['general', 'loan', 'impatient', 'patient'])
    assert.equal(wall.queues[0].talking, 1)
    assert.ok(wall.today.answered >= 2 && wall.today.level_answered > 0 && wall.today.level_offered > 0)
    assert.equal(wall.calls[0].state, 'talking')
    assert.equal((await op.api.get('/api/line/wall')).status, 403)
    const { call } = await op.state()
    for (const [verb, kind] of [['listen', 'supervisor_listens'], ['whisper', 'supervisor_whispers'], ['barge', 'supervisor_joins']]) {
      await boss.post(`/api/line/calls/${call.id}/${verb}`)
      const leg = await boss.phone.incoming()
      leg.ring()
      await leg.answer()
      await until(async () => (await boss.state()).supervising === verb, 20000, verb)
      await boss.post(`/api/line/calls/${call.id}/leave`)
      await leg.ended()
      await line.record(boss.api, (c) => c.id === call.id)
      assert.ok(await until(async () => (await boss.api.get(`/api/calls/${call.id}`)).json.events.some((e) => e.kind === kind), 20000, kind))
    }
    assert.equal((await op.api.post(`/api/line/calls/${call.id}/listen`)).status, 403)
    await op.call('hang_up')
    await caller.ended()
    await op.post('/api/line/ready')
    assert.equal((await boss.post(`/api/line/calls/${call.id}/leave`)).status, 200)
    assert.equal((await boss.api.get('/api/duty/alarms')).status, 200)
  })
})

describe('callers in the browser', () => {
  test('call by an offer, see how it stands, press keys, come back, hang up; a token is nobody else\'s', async () => {
    const c = line.server.client()
    const made = await c.post('/api/portal/calls', { sdp: offer(), number: '12348' })
    assert.equal(made.status, 201, made.text)
    assert.match(made.json.token, /^[0-9a-f]{64}$/)
    const path = `/api/portal/calls/${made.json.token}`
    assert.equal((await c.get(path)).json.state, 'connecting')
    assert.equal((await c.post(`${path}/keys`, { keys: '1' })).json.state, 'connecting')
    assert.equal((await c.post(`${path}/keys`, { keys: 'a' })).status, 422)
    assert.equal((await c.post(`${path}/media`, { sdp: offer('cccc') })).status, 200)
    assert.equal((await c.get(`/api/portal/calls/${'0'.repeat(64)}`)).status, 404)
    assert.equal((await c.post('/api/portal/calls', { sdp: offer(), number: '99999' })).status, 503)
    assert.equal((await c.post(`${path}/hang_up`)).status, 204)
    await until(async () => (await c.get(path)).status === 404, 20000, 'the call is over')
    c.close()
  })
})
