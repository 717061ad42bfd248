// The records side of the line over HTTP: roster, presence, statistics, exports, legal hold, destruction (V03, V10, V14, T08).
// What stands in the records comes of real calls.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Line, until } from '../voice/line.mjs'

let line, boss, admin, op, op2, law
const ok = (r, status = 200) => (assert.equal(r.status, status, r.text), r.json)
const day = (plus = 0) => new Date(Date.now() + 8 * 3600e3 + plus * 86400e3).toISOString().slice(0, 10) // in Shanghai

before(async () => {
  line = await Line.start()
  ;[boss, admin, op, op2, law] = await Promise.all(['boss', 'admin', 'op', 'op2', 'law'].map((n) => line.server.as(n)))
  ;[boss, admin, op, op2, law].forEach((c) => line.keep(c))
})
after(() => line?.remove())

// Nobody is at a desk: the call overflows to the voicemail. → the call's record, with its case
async function message(from) {
  const before = ok(await boss.get('/api/calls?outcome=voicemail')).items.length
  const caller = await line.call('10003', { from })
  await caller.answered()
  await until(async () => ok(await boss.get('/api/line/wall')).calls.some((c) => c.state === 'voicemail'), 30000, 'the voicemail')
  await caller.hearsFor(1500)
  await caller.hangUp()
  return until(async () => {
    const { items } = ok(await boss.get('/api/calls?outcome=voicemail'))
    return items.length > before && items[0].case_id && items[0].recordings && items[0]
  }, 30000, 'the case of the message')
}

describe('the roster', () => {
  test('is kept by supervisors and administrators, seen by all who answer; one entry once', async () => {
    const entry = { day: day(3), person_id: op2.person.id, window: '08:30-12:00' }
    const { id } = ok(await boss.post('/api/duty', entry), 201)
    assert.equal(ok(await admin.post('/api/duty', entry), 201).id, id)
    for (const c of [op, law]) assert.equal((await c.post('/api/duty', entry)).status, 403)
    assert.equal((await boss.post('/api/duty', { ...entry, person_id: '4' })).status, 404)
    assert.equal((await boss.post('/api/duty', { ...entry, day: '2026-02-30' })).status, 422)
    assert.deepEqual(ok(await op.get(`/api/duty?from=${day()}&to=${day(6)}`)).items, [
      { id, day: day(3), person_id: op2.person.id, person_name: '坐席乙', duty: 'line', window: '08:30-12:00' },
    ])
    assert.equal(ok(await op.get(`/api/duty?from=${day(4)}&to=${day(6)}`)).items.length, 0)
    assert.equal((await op.delete(`/api/duty/${id}`)).status, 403)
    ok(await boss.delete(`/api/duty/${id}`))
    assert.equal((await boss.delete(`/api/duty/${id}`)).status, 404)
  })

  test("V03 a message's case lies with the person of the day, without one with the least loaded", async () => {
    const first = await message('13800000001')
    const free = ok(await boss.get(`/api/cases/${first.case_id}`))
    assert.equal(free.process, 'voicemail')
    assert.match(free.fields.recording, new RegExp(`^${day()} \\d\\d:\\d\\d 138\\*{4}0001$`))
    // The least loaded is now the other one: the roster says otherwise.
    const loaded = free.assignee.id
    const { id } = ok(await boss.post('/api/duty', { day: day(), person_id: loaded, duty: 'voicemail' }), 201)
    ok(await boss.post('/api/duty', { day: day(), person_id: [op, op2].find((c) => c.person.id !== loaded).person.id }), 201)
    const second = await message('13800000002')
    const third = await message('13800000003')
    for (const c of [second, third]) assert.equal(ok(await boss.get(`/api/cases/${c.case_id}`)).assignee.id, loaded)
    ok(await boss.delete(`/api/duty/${id}`))
    const fourth = await message('13800000004')
    assert.notEqual(ok(await boss.get(`/api/cases/${fourth.case_id}`)).assignee.id, loaded, 'who is on the line that day')
  })
})
