// The records side of the line over HTTP: roster, presence, statistics, exports, legal hold, destruction (V03, V10, V14, T08).
// What stands in the records comes of real calls.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Line, SAID, until } from '../voice/line.mjs'
import { ON_PG, SOURCE } from './harness.mjs'
import { unzip } from './word.mjs'

let line, boss, admin, op, op2, law
const ok = (r, status = 200) => (assert.equal(r.status, status, r.text), r.json)
const day = (plus = 0) => new Date(Date.now() + 8 * 3600e3 + plus * 86400e3).toISOString().slice(0, 10) // in Shanghai

before(async () => {
  line = await Line.start()
  ;[boss, admin, op, op2, law] = await Promise.all(['boss', 'admin', 'op', 'op2', 'law'].map((n) => line.server.as(n)))
  ;[boss, admin, op, op2, law].forEach((c) => line.keep(c))
})
after(() => line?.remove())

// Instants are "2026-10-05 09:00:00" in Shanghai.
const ms = (at) => Date.parse(`${at.replace(' ', 'T')}+08:00`)
let next = 1000
const id = () => String(++next)
const cells = (bytes) => {
  const files = unzip(bytes)
  const strings = [...files['xl/sharedStrings.xml'].matchAll(/<t[^>]*>([^<]*)<\/t>/g)].map((m) => m[1])
  return [...files['xl/worksheets/sheet1.xml'].matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map((row) =>
    [...row[1].matchAll(/<c r="[A-Z]+\d+"([^>]*)>(?:<f>.*?<\/f>)?<v>([^<]*)<\/v>/g)].map((c) => (/t="s"/.test(c[1]) ? strings[Number(c[2])] : Number(c[2]))),
  )
}

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

describe('statistics', () => {
  // Waited, talked, written up in seconds; level 15 s, short 5 s as the queue had it when the call was recorded.
  const call = (at, more) => ({
    id: id(), direction: 'in', hotline: 'switchboard', queue: 'general', lang: 'zh', browser: 0, caller_hint: '138****7777', called: '10001', began_at: ms(at),
    queued_at: ms(at) + 2000, ended_at: ms(at) + 60000, hold_ms: 0, outcome: 'abandoned', refused: 0, transfers: 0, ...more,
  })
  const taken = (at, waited, talked, more = {}) => {
    const queued = ms(at) + 2000
    return call(at, { answered_at: queued + waited * 1000, ended_at: queued + (waited + talked) * 1000, outcome: 'answered', ...more })
  }

  before(() => {
    const org = boss.person.org_id
    const rows = [
      taken('2026-10-05 09:00:00', 4, 100, { operator_id: op.person.id, rating: 5, wrap_ms: 30000 }),
      taken('2026-10-05 10:00:00', 15, 200, { operator_id: op2.person.id, rating: 2, wrap_ms: 10000 }),
      taken('2026-10-05 23:59:59', 16, 300, { operator_id: op.person.id, queue: 'loan' }),
      call('2026-10-05 11:00:00', { ended_at: ms('2026-10-05 11:00:02') + 4999 }), // short
      call('2026-10-05 12:00:00', { ended_at: ms('2026-10-05 12:00:02') + 5000 }),
      call('2026-10-05 13:00:00', { outcome: 'voicemail' }),
      call('2026-10-05 13:30:00', { outcome: 'menu', queued_at: null }),
      call('2026-10-05 14:00:00', { direction: 'out', outcome: 'answered' }), // not a caller's
      taken('2026-10-06 00:00:00', 40, 10, { operator_id: op2.person.id, level_s: 60 }), // that queue promised a minute
      taken('2026-11-02 09:00:00', 1, 1, { operator_id: op.person.id }),
    ]
    line.server.plant('calls', rows.map((r) => ({ ...r, org_id: org })))
  })

  const get = async (query, who = boss) => ok(await who.get(`/api/calls/statistics?${query}`)).items

  test('by day, with both service levels, short abandons apart', async () => {
    const [first, second, ...more] = await get('from=2026-10-01&to=2026-10-31')
    assert.equal(more.length, 0)
    assert.deepEqual(first, {
      period: '2026-10-05', hotline: null, queue: null, operator_id: null, operator_name: null, offered: 6, answered: 3, abandoned: 2, abandoned_short: 1, within: 2,
      level_answered: 2 / 3, level_offered: 2 / 5, connected: 3 / 4, average_wait_ms: 11666, average_talk_ms: 200000, average_wrap_ms: 13333, voicemails: 1, callbacks: 0, ratings: 2, rating: 3.5,
    })
    assert.deepEqual([second.period, second.within, second.level_answered, second.rating], ['2026-10-06', 1, 1, null])
  })

  test('by month; by hotline, queue and operator; of one queue', async () => {
    assert.deepEqual((await get('from=2026-10-01&to=2026-11-26&by=month')).map((r) => [r.period, r.offered, r.answered]), [['2026-10', 7, 4], ['2026-11', 1, 1]])
    assert.deepEqual((await get('from=2026-10-05&to=2026-10-05&group=queue')).map((r) => [r.hotline, r.queue, r.answered]), [['switchboard', 'general', 2], ['switchboard', 'loan', 1]])
    const people = await get('from=2026-10-01&to=2026-10-31&by=month&group=operator')
    assert.deepEqual(people.filter((r) => r.operator_id).map((r) => [r.operator_name, r.answered]).sort(), [['坐席乙', 2], ['坐席甲', 2]])
    assert.deepEqual((await get('from=2026-10-05&to=2026-10-05&queue=loan')).map((r) => [r.offered, r.level_offered]), [[1, 0]])
    assert.deepEqual(await get('from=2026-09-01&to=2026-09-30'), [])
  })

  test('as Excel files: the statistics, and the calls by the filters of the page', async () => {
    const r = await boss.get('/api/calls/statistics/export?from=2026-10-01&to=2026-10-31')
    assert.equal(r.status, 200, r.text)
    assert.match(r.headers['content-disposition'], /\.xlsx/)
    const [head, first] = cells(r.bytes)
    assert.deepEqual([head[0], first[0], head[4], first[1]], ['日期', '2026-10-05', '呼入', 6])
    const calls = await boss.get(`/api/calls/export?direction=in&outcome=abandoned&from=2026-10-05T00:00:00%2B08:00&to=2026-10-06T00:00:00%2B08:00`)
    assert.equal(calls.status, 200, calls.text)
    const rows = cells(calls.bytes)
    assert.equal(rows.length, 3, 'a head and two calls')
    assert.ok(rows[1].includes('138****7777') && rows[1].includes('未接通（主叫挂断）'), rows[1].join())
    assert.ok(cells((await boss.get('/api/calls/export?outcome=abandoned', { headers: { 'Accept-Language': 'en' } })).bytes)[0].includes('Operator'))
  })

  test('are for those who lead', async () => {
    for (const target of ['statistics', 'statistics/export', 'export'])
      for (const c of [op, law]) assert.equal((await c.get(`/api/calls/${target}?from=2026-10-01&to=2026-10-31`)).status, 403, target)
    for (const query of ['from=2026-10-01', 'from=2026-10-01&to=2026-10-31&by=year', 'from=x&to=2026-10-31'])
      assert.equal((await boss.get(`/api/calls/statistics?${query}`)).status, 422, query)
  })
})

describe('presence', () => {
  const get = async (query, who = boss) => ok(await who.get(`/api/duty/presence?${query}`)).items

  before(() => {
    const org = boss.person.org_id
    const at = (person, time, state, reason = '') => ({ id: id(), org_id: org, person_id: person, at: ms(`2026-${time}`), state, reason })
    const me = op.person.id
    line.server.plant('line_presence', [
      at(me, '10-12 08:30:00', 'paused', 'signed_in'), at(me, '10-12 08:31:00', 'ready'), at(me, '10-12 09:00:00', 'talking'), at(me, '10-12 09:10:00', 'wrap_up'),
      at(me, '10-12 09:11:00', 'ready'), at(me, '10-12 10:00:00', 'paused', 'rest'), at(me, '10-12 10:20:00', 'ready'), at(me, '10-12 11:00:00', 'away'),
      at(me, '10-12 14:00:00', 'paused', 'signed_in'), at(me, '10-12 14:00:30', 'ready'), at(me, '10-12 17:00:00', 'away'),
      at(op2.person.id, '10-12 22:00:00', 'ready'), at(op2.person.id, '10-13 02:00:00', 'away'), // over midnight
    ])
    line.server.plant('line_alarms', [
      { id: id(), org_id: org, at: ms('2026-10-12 10:15:00'), kind: 'pause_limit', person_id: me, subject: 'rest' },
      { id: id(), org_id: org, at: ms('2026-10-12 15:00:00'), kind: 'left_post', person_id: me, subject: '' },
    ])
    line.server.plant('duty_roster', [
      { id: id(), org_id: org, day: ms('2026-10-12 08:00:00') / 86400e3, person_id: me, duty: 'line', created_by: boss.person.id, created_at: 1 },
      { id: id(), org_id: org, day: ms('2026-10-12 08:00:00') / 86400e3, person_id: law.person.id, duty: 'line', created_by: boss.person.id, created_at: 1 },
    ])
  })

  test('V10 adds up, by person and day: in and out, pauses by reason, what was too long, who was missing', async () => {
    const rows = await get('from=2026-10-12&to=2026-10-12')
    const min = 60000
    const mine = rows.find((r) => r.person_id === op.person.id)
    assert.deepEqual(mine, {
      person_id: op.person.id, person_name: '坐席甲', day: '2026-10-12', rostered: true, in_at: '2026-10-12T00:30:00Z', out_at: '2026-10-12T09:00:00Z', state: null,
      signed_in_ms: 330 * min, ready_ms: (29 + 49 + 40 + 180) * min - 30000, talking_ms: 10 * min, wrap_ms: min, paused_ms: 21 * min + 30000,
      pauses: { rest: 20 * min, signed_in: min + 30000 }, long_pauses: 1, left_posts: 1, not_taken: 0, answered: 0,
    })
    const missing = rows.find((r) => r.person_id === law.person.id)
    assert.deepEqual([missing.rostered, missing.in_at, missing.signed_in_ms], [true, null, 0])
    const night = await get(`from=2026-10-12&to=2026-10-14&person_id=${op2.person.id}`)
    assert.deepEqual(night.map((r) => [r.day, r.signed_in_ms / min, r.in_at, r.out_at, r.rostered]), [
      ['2026-10-12', 120, '2026-10-12T14:00:00Z', '2026-10-12T16:00:00Z', false], ['2026-10-13', 120, '2026-10-12T16:00:00Z', '2026-10-12T18:00:00Z', false],
    ])
  })

  test('T07 the allowance list counts days on duty and days missed', async () => {
    const { items } = ok(await boss.get('/api/duty/allowance?from=2026-10-01&to=2026-10-31'))
    assert.deepEqual(items.map((r) => [r.person_name, r.days_rostered, r.days_on_duty, r.days_missed]).sort(), [['坐席乙', 0, 1, 0], ['坐席甲', 1, 1, 0], ['律师', 1, 0, 1]])
    const r = await boss.get('/api/duty/allowance/export?from=2026-10-01&to=2026-10-31')
    assert.equal(cells(r.bytes).length, 4)
    const p = await boss.get('/api/duty/presence/export?from=2026-10-12&to=2026-10-13')
    assert.equal(cells(p.bytes).length, 5)
    for (const target of ['presence', 'presence/export', 'allowance', 'allowance/export'])
      assert.equal((await op.get(`/api/duty/${target}?from=2026-10-01&to=2026-10-31`)).status, 403, target)
  })
})

describe('a day on the line', () => {
  let desk, seen

  test('a call taken and written up: its record has the time of writing up, presence says how the day went', async () => {
    desk = await line.operator('op')
    const caller = await line.call('10001')
    await caller.answered()
    await desk.answer()
    const { call } = await desk.state()
    await caller.hearsFor(1000)
    await desk.call('hang_up')
    await caller.ended()
    await desk.is('ready', 30000) // wrap_s has run out
    const row = await until(async () => {
      const c = ok(await boss.get(`/api/calls/${call.id}`))
      return c.wrap_ms && c
    }, 30000, 'the time of writing up')
    assert.ok(row.wrap_ms >= 4500 && row.wrap_ms < 10000, String(row.wrap_ms))
    const [today] = ok(await boss.get(`/api/duty/presence?from=${day()}&to=${day()}&person_id=${op.person.id}`)).items
    assert.deepEqual([today.state, today.out_at, today.answered], ['ready', null, 1])
    assert.ok(Math.abs(today.wrap_ms - row.wrap_ms) < 50, `${today.wrap_ms} ${row.wrap_ms}`)
    const missed = await line.call('10003', { from: '13800007777' }) // impatient: rings at op for two seconds
    await missed.answered()
    const alarm = await until(async () => ok(await boss.get('/api/ledgers/supervision')).items.find((e) => e.kind === 'unanswered'), 30000, 'the alarm in the ledger')
    assert.deepEqual([alarm.person_id, alarm.text.zh], [op.person.id, '来电振铃无人应答'])
    await missed.hangUp()
    const lost = await line.call('10004', { from: '13800008888' }) // patient: rings at nobody who is ready
    await lost.answered()
    await lost.hangUp()
    await line.record(boss, (c) => c.caller_hint?.endsWith('8888') && c.ended_at)
  })

  test('V14 the statistics of today are what the wallboard shows; a restart loses nothing of it', async () => {
    seen = ok(await boss.get('/api/line/wall')).today
    const [row] = ok(await boss.get(`/api/calls/statistics?from=${day()}&to=${day()}`)).items
    for (const key of ['offered', 'answered', 'within', 'abandoned', 'abandoned_short', 'voicemails', 'callbacks', 'level_answered', 'level_offered', 'connected', 'average_wait_ms', 'average_talk_ms', 'rating'])
      assert.deepEqual(row[key], seen[key], key)
    assert.ok(seen.offered >= 5 && seen.answered >= 1, JSON.stringify(seen))
    await line.server.restart()
    assert.deepEqual(ok(await boss.get('/api/line/wall')).today, seen)
  })

  test('who was signed in when the server ended is not counted as present after it', async () => {
    const [today] = await until(async () => {
      const { items } = ok(await boss.get(`/api/duty/presence?from=${day()}&to=${day()}&person_id=${op.person.id}`))
      return items[0]?.out_at && items
    }, 20000, 'the end of presence')
    assert.equal(today.state, null)
  })
})

describe('T08 the end of recordings', () => {
  const reason = encodeURIComponent('质检抽查')
  const hear = (call) => boss.get(`/api/calls/${call.id}/recording?part=1&reason=${reason}`)
  const parts = async (call) => ok(await boss.get(`/api/calls/${call.id}`)).parts
  const list = async (state, who = boss) => ok(await who.get(`/api/recordings?state=${state}`)).items.map((r) => r.call_id)
  const files = () => fs.readdirSync(path.join(line.server.dir, 'blobs'), { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).length
  let plain, held, shared, attachment

  before(async () => {
    ;[plain, held, shared] = ok(await boss.get('/api/calls?outcome=voicemail')).items.filter((c) => c.recordings)
    // The third one's content is a file of a case as well.
    const sound = await until(async () => {
      const r = await hear(shared)
      return r.status === 200 && r
    }, 30000, 'the recording')
    const r = await boss.post(`/api/cases/${shared.case_id}/attachments?name=${encodeURIComponent('留言.ogg')}`, sound.bytes, { type: 'audio/ogg' })
    attachment = { path: `/api/cases/${shared.case_id}/attachments/${ok(r, 201).id}`, bytes: sound.bytes }
  })

  test('nothing is destroyed before its time', async () => {
    assert.deepEqual(await list('due'), [])
    assert.ok(ok(await boss.get('/api/recordings?days=3650')).items.length >= 4, 'but it is listed what comes')
    const kept = files()
    assert.deepEqual(ok(await boss.post('/api/recordings/destroy')), { destroyed: 0, files: 0 })
    assert.equal(files(), kept)
  })

  test('a legal hold is set with a reason and by who leads only', async () => {
    for (const c of [op, law, admin]) {
      assert.equal((await c.post(`/api/calls/${held.id}/hold`, { purpose: '投诉调查' })).status, 403)
      assert.equal((await c.post(`/api/calls/${held.id}/release`, { purpose: '投诉调查' })).status, 403)
      assert.equal((await c.post('/api/recordings/destroy')).status, 403)
    }
    for (const c of [op, law]) for (const target of ['', '/export']) assert.equal((await c.get(`/api/recordings${target}`)).status, 403)
    assert.equal((await boss.post(`/api/calls/${held.id}/hold`)).status, 422)
    assert.equal((await boss.post('/api/calls/4/hold', { purpose: '投诉调查' })).status, 404)
    const { id } = ok(await boss.post(`/api/calls/${held.id}/hold`, { purpose: '投诉调查' }))
    assert.equal(ok(await boss.post(`/api/calls/${held.id}/hold`, { purpose: '又一次' })).id, id, 'it is held already')
    assert.deepEqual((await parts(held)).map((p) => p.held), [true])
    const log = ok(await admin.get('/api/audit?action=calls.hold')).items
    assert.ok(log.some((e) => e.subject_id === held.id && e.detail.purpose === '投诉调查'), JSON.stringify(log))
  })

  test('at the end of its retention a recording is listed, destroyed, and that stands in ledger and audit log; what is held or shared stays', async () => {
    const [a, b, c] = [plain, held, shared].map((x) => x.id)
    line.server.sql(`UPDATE call_recordings SET keep_until = 1000 WHERE call_id IN (${a}, ${b}, ${c})`)
    assert.deepEqual((await list('due')).sort(), [a, c].sort())
    const [row] = ok(await boss.get('/api/recordings?state=held')).items
    assert.deepEqual([row.call_id, row.hold_purpose, row.hold_by], [b, '投诉调查', '班长'])
    assert.equal(cells((await boss.get('/api/recordings/export')).bytes).length, 3)
    const kept = files()
    assert.deepEqual(ok(await boss.post('/api/recordings/destroy')), { destroyed: 2, files: 1 })
    assert.equal(files(), kept - 1)
    for (const x of [plain, shared]) {
      const r = await hear(x)
      assert.equal(r.status, 404)
      assert.match(r.json.detail, /销毁/)
      assert.ok((await parts(x))[0].destroyed_at)
    }
    const still = await boss.get(attachment.path)
    assert.equal(still.status, 200)
    assert.ok(still.bytes.equals(attachment.bytes))
    assert.equal((await hear(held)).status, 200)
    assert.deepEqual((await list('destroyed')).sort(), [a, c].sort())
    const ledger = ok(await boss.get('/api/ledgers/recordings')).items
    assert.equal(ledger.length, 2)
    assert.match(ledger[0].text.zh, /已销毁.*SHA-256 [0-9a-f]{64}/)
    const log = ok(await admin.get('/api/audit?action=calls.recording_destroyed')).items
    assert.deepEqual(log.map((e) => e.subject_id).sort(), [a, c].sort())
  })

  test('released, it is destroyed by the next turn, here that of a restart', async () => {
    ok(await boss.post(`/api/calls/${held.id}/release`, { purpose: '调查结束' }))
    assert.equal((await boss.post(`/api/calls/${held.id}/release`, { purpose: '再来' })).status, 404)
    assert.deepEqual(await list('due'), [held.id])
    await line.server.restart()
    await until(async () => (await hear(held)).status === 404, 30000, 'destroyed')
    assert.deepEqual(await list('due'), [])
  })

  test('what a crash left on the disk goes at the next turn; what came again with the same content stays', async () => {
    const [left] = ok(await boss.get('/api/calls?outcome=voicemail')).items.filter((c) => c.recordings)
    const blob = `(SELECT blob_id FROM call_recordings WHERE call_id = ${left.id})`
    const kept = files()
    line.server.sql(`INSERT INTO blob_wipes (address, org_id, at) SELECT address, org_id, 1 FROM blobs WHERE id = ${blob}`)
    assert.deepEqual(ok(await boss.post('/api/recordings/destroy')), { destroyed: 0, files: 0 })
    assert.equal(files(), kept)
    assert.equal((await hear(left)).status, 200)
    line.server.sql(`INSERT INTO blob_wipes (address, org_id, at) SELECT address, org_id, 1 FROM blobs WHERE id = ${blob}; DELETE FROM blobs WHERE id = ${blob}`)
    assert.deepEqual(ok(await boss.post('/api/recordings/destroy')), { destroyed: 0, files: 1 })
    assert.equal(files(), kept - 1)
    assert.equal(ok(await boss.post('/api/recordings/destroy')).files, 0)
  })

  test('whatever keeps a file is known to the operation that lets it go', { skip: ON_PG && 'the schema is the same' }, () => {
    const schema = fs.readdirSync(path.join(SOURCE, 'modules')).flatMap((m) => {
      const dir = path.join(SOURCE, 'modules', m, 'schema')
      return fs.existsSync(dir) ? fs.readdirSync(dir).map((f) => fs.readFileSync(path.join(dir, f), 'utf8')) : []
    })
    const keepers = schema.flatMap((text) => [...text.matchAll(/CREATE TABLE (\w+) \(([^;]*)\);/g)]).filter((m) => /^\s+\w*blob_id\s/m.test(m[2])).map((m) => m[1])
    assert.ok(keepers.length >= 4, keepers.join())
    const release = fs.readFileSync(path.join(SOURCE, 'modules/platform/ops/blob_release.sql'), 'utf8')
    for (const table of keepers) assert.equal(release.split(` FROM ${table} `).length, 3, `${table} keeps files: blob_release.sql must spare them`)
  })
})

// A line that belongs to a province or an association, and is served below it.
const BELOW = [
  { profile: 'hunan-12348', number: '12348', at: '2026-03-07T20:00:00+08:00', monday: '2026-03-09', agents: ['duty1', 'duty2'], head: 'head', stranger: 'duty3' },
  { profile: 'anhui-microloan', number: '1000', at: '2026-03-07T20:00:00+08:00', monday: '2026-03-09', agents: ['agent1', 'agent2'], head: 'head', stranger: 'archive' },
]
for (const p of BELOW)
  test(`V03 ${p.profile}: a message of Saturday lies with the person of Monday, who hears it; the head below the line's owner sees figures and retention`, async () => {
    const below = await Line.start({ profile: path.join(SOURCE, 'profiles', p.profile), env: { LEXLINE_NOW: p.at }, carriers: { carrier: { rules: 'ping_s: 0' } }, tones: true })
    try {
      const [first, second, head, stranger] = await Promise.all([...p.agents, p.head, p.stranger].map((n) => below.server.as(n)))
      ;[first, second, head, stranger].forEach((c) => below.keep(c))
      ok(await head.post('/api/duty', { day: p.monday, person_id: second.person.id, duty: 'voicemail' }), 201)
      assert.equal(ok(await first.get(`/api/duty?from=${p.monday}&to=${p.monday}`)).items.length, 1)
      const caller = await below.carriers.carrier.invite(p.number, { from: '13800000009' })
      await caller.hears(SAID.leave_message)
      caller.play(440)
      await caller.hearsFor(2500)
      await caller.hangUp()
      const call = await until(async () => ok(await second.get('/api/calls?outcome=voicemail')).items.find((c) => c.case_id && c.recordings), 60000, 'the case of the message')
      const kase = ok(await second.get(`/api/cases/${call.case_id}`))
      assert.deepEqual([kase.process, kase.assignee.id], ['voicemail', second.person.id])
      const sound = await second.get(`/api/calls/${call.id}/recording?part=1&reason=${encodeURIComponent('收集留言')}`)
      assert.equal(sound.status, 200, sound.text)
      assert.equal((await head.get(`/api/calls/${call.id}/recording?part=1&reason=${encodeURIComponent('抽查')}`)).status, 200)
      assert.equal((await stranger.get(`/api/calls/${call.id}/recording?part=1&reason=${encodeURIComponent('好奇')}`)).status >= 403, true)
      ok(await second.post(`/api/cases/${call.case_id}/actions/sort`, { fields: { summary: '问工资', category: 'consultation' } }))
      assert.equal(ok(await head.get('/api/calls/statistics?from=2026-03-07&to=2026-03-07')).items[0].voicemails, 1)
      ok(await head.post(`/api/calls/${call.id}/hold`, { purpose: '投诉调查' }))
      assert.deepEqual(ok(await head.get('/api/recordings?state=held')).items.map((r) => r.call_id), [call.id])
      ok(await head.post(`/api/calls/${call.id}/release`, { purpose: '结束' }))
    } finally {
      await below.remove()
    }
  })
