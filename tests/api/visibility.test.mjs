// Nobody who may not see a case sees it (T01, T02, P22): neither somebody of another organisation nor a colleague
// whose role the process does not name, by no way there is: page, list, search, export, file, citation, party,
// client, conflict check, parent and child, live event.
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { lexline, Server, SOURCE } from './harness.mjs'

const QUESTION = '拟向鸣泉置业批量起诉'
const OPPONENT = '鸣泉置业有限公司'
let server, admin, agent, colleague, outsider
let client, kase, file, citation, party, article

before(async () => {
  server = await Server.start({ profile: 'anhui-microloan' })
  await server.stop()
  assert.equal(lexline(['import', 'statutes', '--data', server.dir, path.join(SOURCE, 'tests/fixtures/laws')]).code, 0)
  await server.serve()
  admin = await server.as('admin')
  agent = await server.as('agent1')
  colleague = await server.as('archive') // same firm, a role the consultation does not name
  outsider = await strangerOfAnotherFirm()
  await plant()
})
after(() => server.remove())

const ok = (r, status = 200) => (assert.equal(r.status, status, r.text), r.json)
const act = (c, id, action, fields = {}) => c.post(`/api/cases/${id}/actions/${action}`, { fields })

async function strangerOfAnotherFirm() {
  const [top] = ok(await admin.get('/api/orgs')).items
  const firm = ok(await admin.post('/api/orgs', { name: '另一家律师事务所', kind: 'firm', parent_id: top.id }), 201)
  const roles = ['operator', 'lawyer', 'legal_team', 'partner', 'supervisor']
  const made = ok(await admin.post('/api/people', { name: 'outsider', display_name: '外人', org_id: firm.id, roles }), 201)
  return server.as('outsider', made.password)
}

async function plant() {
  client = ok(await agent.post('/api/clients', { kind: 'company', name: '皖江小额贷款有限公司', phone: '0551-62880009' }), 201).id
  const fields = { unit: '皖江小额贷款有限公司', caller: '刘某', phone: '13800138000', question: QUESTION, category: 'collection', high_risk: true }
  kase = ok(await agent.post('/api/cases', { process: 'consultation', client_id: client, fields }), 201)
  file = ok(await agent.post(`/api/cases/${kase.id}/attachments?name=a.txt`, QUESTION, { type: 'text/plain' }), 201).id
  article = ok(await agent.get(`/api/statutes/search?q=${encodeURIComponent('热线')}`)).items[0].article_id
  citation = ok(await agent.post(`/api/cases/${kase.id}/citations`, { article_id: article }), 201).id
  party = ok(await agent.post(`/api/cases/${kase.id}/parties`, { name: OPPONENT, role: 'opponent' }), 201).id
}

// Everything under the case's own address. → [what, reply]
async function knocks(who) {
  const at = `/api/cases/${kase.id}`
  return [
    ['page', await who.get(at)],
    ['edit', await who.patch(at, { fields: { demand: 'x' } })],
    ['action', await act(who, kase.id, 'answer', { answer: 'x' })],
    ['note', await who.post(`${at}/notes`, { text: 'x' })],
    ['reveal', await who.post(`${at}/reveal`, { field: 'phone', purpose: '好奇' })],
    ['file', await who.get(`${at}/attachments/${file}`)],
    ['upload', await who.post(`${at}/attachments?name=x.txt`, 'x', { type: 'text/plain' })],
    ['cite', await who.post(`${at}/citations`, { article_id: article })],
    ['uncite', await who.delete(`${at}/citations/${citation}`)],
    ['parties', await who.get(`${at}/parties`)],
    ['party', await who.post(`${at}/parties`, { name: 'x', role: 'third' })],
    ['party away', await who.delete(`${at}/parties/${party}`)],
  ]
}

for (const [name, who] of [['a colleague of another role', () => colleague], ['somebody of another firm', () => outsider]])
  test(`${name} finds no door to the case`, async () => {
    for (const [what, r] of await knocks(who())) {
      assert.ok([403, 404].includes(r.status), `${what}: ${r.status} ${r.text}`)
      assert.ok(!r.text.includes(QUESTION) && !r.text.includes(kase.number), what)
    }
  })

for (const [name, who] of [['a colleague of another role', () => colleague], ['somebody of another firm', () => outsider]])
  test(`no list, search, desk, export or client page tells ${name}`, async () => {
    const pages = ['/api/cases', '/api/cases?open=true', `/api/cases?q=${encodeURIComponent('鸣泉')}`, `/api/cases?q=${encodeURIComponent(kase.number)}`,
      `/api/cases?client_id=${client}`, '/api/cases?due_before=2999-01-01T00:00:00Z', '/api/desk', '/api/cases/export', `/api/clients/${client}/cases`, '/api/inbox']
    for (const page of pages) {
      const r = await who().get(page)
      assert.ok(r.status === 200 || r.status === 403 || r.status === 404, `${page}: ${r.status}`)
      if (r.status !== 200) continue
      assert.ok(!r.text.includes(kase.id) && !r.text.includes(kase.number) && !r.text.includes(QUESTION), page)
    }
  })

test('the person who took it sees all of it', async () => {
  const at = `/api/cases/${kase.id}`
  for (const target of [at, `${at}/attachments/${file}`, `${at}/parties`]) ok(await agent.get(target))
  assert.deepEqual(ok(await agent.get(`/api/clients/${client}/cases`)).items.map((i) => i.id), [kase.id])
})

test("T01 a client of another organisation is not there, nor are its cases", async () => {
  for (const target of [`/api/clients/${client}`, `/api/clients/${client}/cases`])
    assert.equal((await outsider.get(target)).status, 404, target)
  assert.equal((await agent.get('/api/clients/1/cases')).status, 404)
})

test('P22 that there is a conflict is told, in which case only to who may see it', async () => {
  const check = async (who) => ok(await who.get(`/api/clients/conflicts?name=${encodeURIComponent(OPPONENT)}`)).items
  assert.deepEqual((await check(agent)).map((i) => [i.case_id, i.number]), [[kase.id, kase.number]])
  const secretary = await server.as('secretary') // named by the process, above the firm
  assert.deepEqual((await check(secretary)).map((i) => i.number), [kase.number])
  assert.deepEqual(await check(outsider), [])
  const made = ok(await admin.post('/api/people', { name: 'assistant', display_name: '助理', org_id: agent.person.org_id, roles: ['assistant'] }), 201)
  const assistant = await server.as('assistant', made.password)
  assert.equal((await assistant.get(`/api/cases/${kase.id}`)).status, 404)
  const [found] = await check(assistant)
  assert.deepEqual([found.role, found.case_id, found.number], ['opponent', null, null])
})

test('parent and child name each other only to who sees both', async () => {
  ok(await agent.post(`/api/clients/${client}/consents`, { purpose: 'work_order', given: true, channel: 'phone' }), 201)
  const parent = ok(await act(agent, kase.id, 'work_order'))
  const [child] = parent.children
  const legal = await server.as('legal1')
  const below = ok(await legal.get(`/api/cases/${child.id}`))
  assert.equal(below.parent.id, kase.id)
  const sees = (await agent.get(`/api/cases/${child.id}`)).status === 200
  assert.equal(parent.children.length, sees ? 1 : 0)
})

test('live: a stranger hears nothing of it', async () => {
  const streams = await Promise.all([colleague, outsider].map((c) => c.events()))
  const own = await agent.events()
  ok(await agent.post(`/api/cases/${kase.id}/notes`, { text: '补充材料' }))
  assert.ok(await own.find((e) => e.json?.case_id === kase.id))
  for (const s of [...streams, own]) {
    if (s !== own) assert.equal(s.all.filter((e) => JSON.stringify(e.json ?? '').includes(kase.id)).length, 0)
    s.close()
  }
})
