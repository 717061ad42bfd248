// Profiles (T02, S01): what init makes of their files; the demo's weeks.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { Server, lexline } from './harness.mjs'

const calendar = 'official: [cn-2026]\ncalendars:\n  duty:\n    windows: [{days: mon-sun, from: "00:00", to: "24:00"}]\n'

// A profile folder of its own, removed afterwards.
function withProfile(t, files) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-profile-'))
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }))
  for (const [name, text] of Object.entries({ 'calendar.yaml': calendar, ...files })) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
    fs.writeFileSync(path.join(dir, name), text)
  }
  return dir
}

test("a profile's own role may do what the roles it is based on may", async (t) => {
  const profile = withProfile(t, {
    'profile.yaml': `name: own
organisations: [{name: 甲中心, below: [{name: 乙站}]}]
roles:
  - {name: mediator, label: {zh: 调解员, en: Mediator}, tier: 25, based_on: [operator]}
people:
  - {name: li, org: 乙站, roles: [mediator]}
  - {name: root, roles: [admin]}
`,
  })
  const server = await Server.start({ profile })
  t.after(() => server.remove())
  const li = await server.as('li')
  assert.deepEqual(li.person.roles, ['mediator'])
  assert.equal(li.person.org_name, '乙站')
  const roles = (await li.get('/api/roles')).json.items
  assert.deepEqual(roles.find((r) => r.name === 'mediator').label, { zh: '调解员', en: 'Mediator' })
  assert.ok((await li.get('/api/me')).json.permissions.includes('case.create'))
  assert.equal((await li.get('/api/audit')).status, 403)
  li.close()
})

test('mistakes in a profile stop init, name file and line, and leave nothing behind', (t) => {
  const profile = withProfile(t, { 'profile.yaml': 'name: own\norganisations: [{name: 甲}]\npeople:\n  - {name: li, rolls: [operator]}\n' })
  const data = path.join(profile, 'data')
  const made = lexline(['init', '--data', data, '--profile', profile])
  assert.equal(made.code, 3, made.stderr)
  assert.match(made.stderr, /profile\.yaml:4: .*rolls.*roles/)
  assert.ok(!fs.existsSync(data))
})

test('the demo has weeks of cases in many states, with running clocks and a ledger', async (t) => {
  const server = await Server.start({ profile: 'demo' })
  t.after(() => server.remove())
  const head = await server.as('zhou')
  const all = []
  for (let before = ''; ; ) {
    const page = (await head.get(`/api/cases?limit=100${before}`)).json
    all.push(...page.items)
    if (!page.next) break
    before = `&before=${page.next}`
  }
  assert.ok(all.length >= 80, `${all.length} cases`)
  assert.ok(new Set(all.map((c) => c.process)).size >= 6)
  assert.ok(all.filter((c) => !c.ended).length >= 5)
  assert.ok(all.some((c) => c.due_at))
  const days = all.map((c) => Date.parse(c.created_at))
  assert.ok(Date.now() - Math.min(...days) > 14 * 864e5, 'the oldest is weeks old')
  assert.ok(Date.now() - Math.max(...days) < 12 * 864e5, 'the newest is recent')
  assert.ok(days.every((d) => d <= Date.now()))
  const desk = (await head.get('/api/desk')).json
  assert.ok(desk.counts.today < all.length / 2, `${desk.counts.today} of today`)
  const ledger = (await head.get('/api/ledgers/supervision')).json.items
  assert.ok(ledger.some((e) => e.kind === 'overdue'))
  const one = all.find((c) => c.process === 'consultation' && c.ended)
  const view = (await head.get(`/api/cases/${one.id}`)).json
  assert.ok(view.timeline.length >= 3)
  assert.match(view.fields.phone.hint, /\*{4}/)
  const verified = lexline(['verify', 'audit', '--data', server.dir])
  assert.equal(verified.code, 0, verified.stderr)
  head.close()
})
