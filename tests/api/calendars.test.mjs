// Calendars over HTTP (P20, V02): what is shown, who may change it, what a change does to due times.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Server, lexline } from './harness.mjs'

let server, head, duty
before(async () => {
  server = await Server.start({ profile: 'hunan-12348' })
  head = await server.as('director')
  duty = await server.as('duty1')
})
after(() => {
  head?.close()
  duty?.close()
  return server.remove()
})

const due = async (c, from, within) =>
  (await c.get(`/api/calendars/duty/due?from=${encodeURIComponent(from)}&within=${encodeURIComponent(within)}`)).json

test('an organisation sees the calendars it inherits', async () => {
  const { json } = await duty.get('/api/calendars')
  const c = json.items.find((x) => x.name === 'duty')
  assert.deepEqual(json.items.map((x) => x.name).sort(), ['duty', 'official'])
  assert.deepEqual(c.windows, [
    { days: [1, 2, 3, 4, 5], from: '08:30', to: '11:30' },
    { days: [1, 2, 3, 4, 5], from: '14:30', to: '17:00' },
  ])
  assert.equal(c.make_up_days_run, true)
  assert.deepEqual(c.year_known, [2025, 2026])
  assert.equal(c.zone, 'Asia/Shanghai')
})

test('the days of a year, official and fallen back', async () => {
  const y2026 = (await duty.get('/api/calendars/duty/days?year=2026')).json
  assert.equal(y2026.known, true)
  assert.deepEqual(
    y2026.items.find((d) => d.date === '2026-02-14'),
    { date: '2026-02-14', kind: 'work', label: '春节', own: false },
  )
  assert.equal(y2026.items.filter((d) => d.kind === 'off').length, 33)
  assert.equal(y2026.items.filter((d) => d.kind === 'work').length, 6)
  const y2027 = (await duty.get('/api/calendars/duty/days?year=2027')).json
  assert.equal(y2027.known, false)
  assert.deepEqual(
    y2027.items.map((d) => d.date),
    ['2027-01-01', '2027-05-01', '2027-05-02', '2027-10-01', '2027-10-02', '2027-10-03'],
  )
})

test('the due instant is that of the command line', async () => {
  for (const [from, within] of [
    ['2026-02-13T16:30:00+08:00', '2 working days'],
    ['2026-09-24T10:00:00+08:00', '1 week'],
    ['2026-03-02T11:00:00+08:00', '1 working hour'],
  ]) {
    const cli = lexline(['calendar', 'due', '--profile', 'hunan-12348', '--calendar', 'duty', '--from', from, '--within', within])
    assert.equal(cli.code, 0, cli.stderr)
    assert.equal((await due(duty, from, within)).local, cli.stdout.trim())
  }
})

test('what is no period, no calendar, no date is told', async () => {
  const wrong = await duty.get('/api/calendars/duty/due?within=2%20fortnights')
  assert.equal(wrong.status, 422)
  assert.equal(wrong.json.field, 'within')
  assert.equal((await duty.get('/api/calendars/nights/due?within=1%20day')).status, 404)
  assert.equal((await duty.get('/api/calendars/duty/days?year=x')).status, 422)
})

test('only who leads may change, and only the calendars of their own organisation', async () => {
  const day = { date: '2026-12-28', kind: 'off', label: '系统检修' }
  assert.equal((await duty.put('/api/calendars/duty/days', day)).status, 403)
  // the calendars belong to the province
  const below = await head.put('/api/calendars/duty/days', day)
  assert.equal(below.status, 403)
})

test('an organisation may add calendars of its own that share the official days', async () => {
  const own = {
    name: 'duty',
    label_zh: '长沙值班时间',
    windows: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '20:00' }],
  }
  assert.equal((await duty.post('/api/calendars', own)).status, 403)
  for (const [change, field] of [
    [{ name: 'Duty!' }, 'name'],
    [{ zone: 'Mars/Base' }, 'zone'],
    [{ windows: [{ days: [8], from: '09:00', to: '20:00' }] }, 'windows'],
    [{ windows: [], working_days: 'windows' }, 'windows'],
  ]) {
    const wrong = await head.post('/api/calendars', { ...own, ...change })
    assert.equal(wrong.status, 422, JSON.stringify(change))
    assert.equal(wrong.json.field, field)
  }
  const contract = await head.post('/api/calendars', { ...own, name: 'contract' })
  assert.equal(contract.status, 201, contract.text)
  assert.equal(contract.json.own, true)
  assert.deepEqual(contract.json.year_known, [2025, 2026])
  assert.equal((await head.post('/api/calendars', { ...own, name: 'contract' })).status, 409)
  const c = (await duty.get('/api/calendars/contract/due?from=2026-02-13T10:00:00%2B08:00&within=2%20working%20days')).json
  assert.equal(c.local, '2026-02-24T20:00:00+08:00') // the 14th makes up; the 24th is the second
})

test('a marked day moves what is due, taking it back moves it again', async () => {
  const province = await server.as('province')
  const from = '2026-12-25T10:00:00+08:00' // a Friday
  assert.equal((await due(duty, from, '1 working day')).local, '2026-12-28T17:00:00+08:00')
  const put = await province.put('/api/calendars/duty/days', { date: '2026-12-28', kind: 'off', label: '系统检修' })
  assert.equal(put.status, 200, put.text)
  assert.equal((await due(duty, from, '1 working day')).local, '2026-12-29T17:00:00+08:00')
  await server.restart()
  assert.equal((await due(duty, from, '1 working day')).local, '2026-12-29T17:00:00+08:00')
  assert.equal((await province.delete('/api/calendars/duty/days/2026-12-28')).status, 200)
  assert.equal((await province.delete('/api/calendars/duty/days/2026-12-28')).status, 404)
  assert.equal((await due(duty, from, '1 working day')).local, '2026-12-28T17:00:00+08:00')
  province.close()
})

test('new hours count at once; hours that overlap are refused as a whole', async () => {
  const province = await server.as('province')
  const windows = [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }]
  assert.equal((await province.put('/api/calendars/duty', { windows })).status, 200)
  assert.equal((await due(duty, '2026-03-02T10:00:00+08:00', '2 working days')).local, '2026-03-04T18:00:00+08:00')
  const wrong = await province.put('/api/calendars/duty', { windows: [...windows, { days: [3], from: '17:00', to: '19:00' }] })
  assert.equal(wrong.status, 422)
  assert.equal(wrong.json.field, 'windows')
  assert.equal((await due(duty, '2026-03-02T10:00:00+08:00', '2 working days')).local, '2026-03-04T18:00:00+08:00')
  province.close()
})

test('a year entered ends the fall-back', async () => {
  const province = await server.as('province')
  await province.put('/api/calendars/official/days', { date: '2027-02-08', kind: 'off', label: '春节' })
  const known = await province.put('/api/calendars/official/years/2027', { source: '国务院办公厅关于2027年部分节假日安排的通知' })
  assert.equal(known.status, 200, known.text)
  const days = (await duty.get('/api/calendars/duty/days?year=2027')).json
  assert.equal(days.known, true)
  assert.deepEqual(days.items.map((d) => d.date), ['2027-02-08'])
  province.close()
})

test('a calendar change computes the running clocks anew, in the same transaction', async () => {
  const province = await server.as('province')
  const created = await duty.post('/api/cases', {
    process: 'consultation',
    fields: { category: 'labour', question: '公司拖欠工资怎么办？', gravity: 'ordinary' },
  })
  assert.equal(created.status, 201, created.text)
  const deferred = await duty.post(`/api/cases/${created.json.id}/actions/defer`, {
    fields: { asker: '刘某', phone: '13800138000' },
  })
  assert.equal(deferred.status, 200, deferred.text)
  const clock = (view) => view.clocks.find((c) => c.name === 'reply')
  const before = clock(deferred.json)
  assert.equal(before.status, 'running')
  const day = new Date(Date.parse(before.due_at) + 8 * 3600e3).toISOString().slice(0, 10)
  const put = await province.put('/api/calendars/duty/days', { date: day, kind: 'off', label: '停电' })
  assert.equal(put.status, 200, put.text)
  const moved = clock((await duty.get(`/api/cases/${created.json.id}`)).json)
  assert.ok(moved.due_at > before.due_at, `${moved.due_at} > ${before.due_at}`)
  assert.equal((await province.delete(`/api/calendars/duty/days/${day}`)).status, 200)
  assert.equal(clock((await duty.get(`/api/cases/${created.json.id}`)).json).due_at, before.due_at)
  province.close()
})

test('a calendar with the name of an inherited one takes its place below, also for running clocks', async () => {
  const created = await duty.post('/api/cases', { process: 'consultation', fields: { category: 'debt', question: '借条丢了怎么办？', gravity: 'ordinary' } })
  const view = (await duty.post(`/api/cases/${created.json.id}/actions/defer`, { fields: { asker: '王某', phone: '13800138001' } })).json
  const before = view.clocks.find((c) => c.name === 'reply').due_at
  const own = await head.post('/api/calendars', { name: 'duty', label_zh: '长沙值班时间', windows: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '20:00' }], make_up_days_run: true })
  assert.equal(own.status, 201, own.text)
  const after = (await duty.get(`/api/cases/${created.json.id}`)).json.clocks.find((c) => c.name === 'reply').due_at
  assert.equal(Date.parse(after) - Date.parse(before), 2 * 3600e3) // 18:00 became 20:00
  assert.equal((await head.put('/api/calendars/duty', { days_off_run: true })).status, 200) // now it is the city's
  const other = await server.as('duty3') // another city keeps the province's
  assert.equal((await other.get('/api/calendars')).json.items.find((c) => c.name === 'duty').label.zh, '接待咨询时间')
  other.close()
})
