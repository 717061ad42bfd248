// The hotlines of Hunan, Anhui and Changzhou as they are delivered: their hours, and a call through their menus to the person on duty.
import { after, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import path from 'node:path'
import { SOURCE } from '../api/harness.mjs'
import { Line, SAID, until } from './line.mjs'

const HOTLINES = {
  'hunan-12348': { number: '12348', operator: 'duty1', supervisors: ['province', 'head'], others: ['duty2', 'duty3'] },
  'anhui-microloan': { number: '1000', operator: 'agent1', supervisors: ['head'], others: ['agent2'] },
  'changzhou-debt': { number: '1000', operator: 'agent1', supervisors: ['head'], others: ['agent2'] },
}
const open = (name, at, options = {}) =>
  Line.start({ profile: path.join(SOURCE, 'profiles', name), env: { LEXLINE_NOW: at }, carriers: { carrier: { rules: 'ping_s: 0' } }, ...options })

const CLOCKS = [ // of one profile in order: its server goes on living
  ['hunan-12348', '2026-03-05T08:30:00+08:00', true, 'Thursday, the first minute'],
  ['hunan-12348', '2026-03-05T12:00:00+08:00', false, 'Thursday at noon'],
  ['hunan-12348', '2026-09-20T09:00:00+08:00', true, 'a Sunday that is worked for National Day'],
  ['hunan-12348', '2026-10-01T09:00:00+08:00', false, 'National Day, a Thursday'],
  ['anhui-microloan', '2026-03-05T14:30:00+08:00', false, 'Thursday afternoon'],
  ['anhui-microloan', '2026-03-06T14:30:00+08:00', true, 'Friday afternoon'],
  ['anhui-microloan', '2026-10-02T14:30:00+08:00', false, 'a Friday off'],
  ['changzhou-debt', '2026-03-07T23:50:00+08:00', true, 'Saturday, ten to midnight'],
  ['changzhou-debt', '2026-10-01T03:00:00+08:00', true, 'National Day, three in the morning'],
]

for (const name of Object.keys(HOTLINES)) {
  const clocks = CLOCKS.filter(([n]) => n === name)
  let line
  const at = async (now) => {
    if (!line) return (line = await open(name, now, { tones: true }))
    await line.server.stop()
    line.server.env = { LEXLINE_NOW: now }
    await line.server.serve()
  }
  describe(`V02 ${name}`, () => {
    after(() => line?.remove())
    for (const [, now, isOpen, what] of clocks)
      test(`${what}: ${isOpen ? 'taken' : 'announcement and a message'}`, async () => {
        await at(now)
        const call = await line.carriers.carrier.invite(HOTLINES[name].number, { from: '13800000001' })
        await call.hears(SAID.welcome)
        for (const prompt of isOpen ? [SAID.recording_notice] : [SAID.closed, SAID.leave_message]) await call.hears(prompt)
        await call.hangUp()
      })
  })
}

const WAYS = [
  ['hunan-12348', '2026-03-05T09:00:00+08:00', '1', { queue: 'consultation', lang: 'zh' }],
  ['hunan-12348', '2026-03-05T09:00:00+08:00', '2', { queue: 'legal_aid', lang: 'en' }, true],
  ['anhui-microloan', '2026-03-06T15:00:00+08:00', '1', { queue: 'member', lang: 'zh' }, true],
  ['changzhou-debt', '2026-10-01T03:00:00+08:00', '2', { queue: 'english', lang: 'en' }],
]
for (const [name, at, key, expected, tones = false] of WAYS)
  test(`${name}: by key ${key} to ${expected.queue}, ${tones ? 'announced by tones' : "in the hotline's own words"}; the enquiry is opened, the call is rated`, async () => {
    const line = await open(name, at, { tones })
    try {
      const { carrier } = line.carriers
      const op = await line.operator(HOTLINES[name].operator)
      const head = line.keep(await line.server.as('head'))
      const news = line.keep(await head.events())
      const call = await carrier.invite(HOTLINES[name].number, { from: '13800000002' })
      await call.hearsSomething()
      const leg = await line.choose(call, key, op.answer())
      call.play(440)
      leg.play(880)
      await Promise.all([call.hears(880), leg.hears(440)])
      const shown = await until(async () => {
        const { call: c } = await op.state()
        return c?.case_id && c
      }, 20000, 'the enquiry')
      assert.equal(shown.queue, expected.queue)
      assert.equal((await op.api.get(`/api/cases/${shown.case_id}`)).json.process, 'enquiry')
      await op.call('hang_up')
      await line.choose(call, '1', call.ended(60000))
      const record = await line.record(op.api, (c) => c.id === shown.id && c.ended_at && c.recordings > 0)
      assert.deepEqual({ queue: record.queue, lang: record.lang, outcome: record.outcome, rating: record.rating }, { ...expected, outcome: 'answered', rating: 5 })
      assert.ok(await news.find((e) => e.event === 'line.wall' && e.json.queues, 10000), 'the wallboard of who supervises lives')
      // whoever the line belongs to: one's own calls, and those of one's people
      for (const who of HOTLINES[name].supervisors) await line.recording(line.keep(await line.server.as(who)), shown.id)
      for (const who of HOTLINES[name].others) assert.equal((await line.keep(await line.server.as(who)).get(`/api/calls/${shown.id}`)).status, 404, who)
    } finally {
      await line.remove()
    }
  })
