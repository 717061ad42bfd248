// The document service from order to delivery (P16, D04, P21), and the small things that hang on a case: citations,
// parties, messages to people.
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { lexline, Server, SOURCE } from './harness.mjs'

let server, lin, xu, zhou
before(async () => {
  server = await Server.start({ profile: 'demo' })
  await server.stop()
  assert.equal(lexline(['import', 'statutes', '--data', server.dir, path.join(SOURCE, 'tests/fixtures/laws')]).code, 0)
  await server.serve()
  ;[lin, xu, zhou] = await Promise.all(['lin', 'xu', 'zhou'].map((name) => server.as(name)))
})
after(() => server.remove())

const ok = (r, status = 200) => (assert.equal(r.status, status, r.text), r.json)
const act = (c, id, action, fields = {}, more = {}) => c.post(`/api/cases/${id}/actions/${action}`, { fields, ...more })

test('P16 D04 a document is drafted by one lawyer, reviewed by another, delivered, opened, revised and finished', async () => {
  const client = ok(await lin.post('/api/clients', { kind: 'company', name: '青石建材有限公司', phone: '027-87650001' }), 201)
  const fields = { category: 'draft_contract', need: '拟一份采购合同' }
  const ordered = ok(await lin.post('/api/cases', { process: 'document', client_id: client.id, fields }), 201)
  const desk = await server.as(Object.keys(server.people).find((n) => n === loginOf(ordered.assignee.name)))
  const drafting = ok(await act(desk, ordered.id, 'accept', { complexity: 'simple' }))
  assert.equal(drafting.assignee.name, '徐志成') // skill: draft_contract
  assert.equal(drafting.clocks.find((c) => c.name === 'write').status, 'running')
  const inReview = ok(await act(xu, ordered.id, 'submit', { document: '采购合同（草稿）' }))
  assert.equal(inReview.state, 'in_review')
  const vote = inReview.reviews[0]
  assert.equal(vote.steps[0].votes.length, 0)

  const zhao = await server.as('zhao')
  const approve = async () => {
    const mine = ok(await zhao.get(`/api/cases/${ordered.id}`)).actions.filter((a) => a.enabled)
    const pass = mine.find((a) => /pass|approve/.test(a.name))
    assert.ok(pass, JSON.stringify(mine.map((a) => a.name)))
    return ok(await act(zhao, ordered.id, pass.name, { opinion: '同意' }))
  }
  assert.deepEqual(ok(await xu.get(`/api/cases/${ordered.id}`)).actions.filter((a) => a.enabled).map((a) => a.name), []) // not one's own draft
  const delivered = await approve()
  assert.equal(delivered.state, 'delivered')
  const trace = delivered.timeline.find((e) => e.kind === 'delivery')
  assert.ok(trace.data.delivery_id, JSON.stringify(trace))

  const opened = await lin.post(`/api/cases/${ordered.id}/deliveries/${trace.data.delivery_id}/opened`)
  assert.ok(opened.status < 300, opened.text)
  assert.equal((await lin.post(`/api/cases/${ordered.id}/deliveries/1/opened`)).status, 404)
  const revising = ok(await act(lin, ordered.id, 'ask_change', { wish: '付款期改为三十日' }))
  assert.equal(revising.fields.revisions, 1)
  ok(await act(xu, ordered.id, 'resubmit', { document: '采购合同（二稿）' }))
  assert.equal((await approve()).state, 'delivered')
  assert.equal(ok(await act(lin, ordered.id, 'finish')).ended, true)
})

const loginOf = (display) => ({ 林晓燕: 'lin', 陈思雨: 'chen', 王浩: 'wang' })[display]

async function consultation(more) {
  const fields = { question: '借条过了三年还能起诉吗', category: 'loan', asker: '李某', phone: '13800138000', ...more }
  return ok(await lin.post('/api/cases', { process: 'consultation', fields }), 201)
}

test('an article is cited once with its text as it is now, and taken back', async () => {
  const c = await consultation()
  const [article] = ok(await lin.get(`/api/statutes/search?q=${encodeURIComponent('热线 接听')}`)).items
  const cited = ok(await lin.post(`/api/cases/${c.id}/citations`, { article_id: article.article_id }), 201)
  assert.equal((await lin.post(`/api/cases/${c.id}/citations`, { article_id: article.article_id })).status, 409)
  assert.equal((await lin.post(`/api/cases/${c.id}/citations`, { article_id: '1' })).status, 404)
  const [shown] = ok(await lin.get(`/api/cases/${c.id}`)).citations
  assert.equal(shown.text, article.text)
  assert.equal(shown.law, article.law)
  const gone = await lin.delete(`/api/cases/${c.id}/citations/${cited.id}`)
  assert.ok(gone.status < 300, gone.text)
  assert.equal((await lin.delete(`/api/cases/${c.id}/citations/${cited.id}`)).status, 404)
  assert.deepEqual(ok(await lin.get(`/api/cases/${c.id}`)).citations, [])
})

test('P22 a party noted by mistake is taken away again', async () => {
  const c = await consultation()
  const party = ok(await lin.post(`/api/cases/${c.id}/parties`, { name: '误记的人', role: 'third' }), 201)
  assert.equal(ok(await lin.delete(`/api/cases/${c.id}/parties/${party.id}`)).id, party.id)
  assert.equal((await lin.delete(`/api/cases/${c.id}/parties/${party.id}`)).status, 404)
  assert.deepEqual(ok(await lin.get(`/api/cases/${c.id}/parties`)).items, [])
})

test('P02 the leader gets a message, reads it, reads all', async () => {
  const c = await consultation({ urgent: true })
  ok(await act(lin, c.id, 'report', { calming: '已安抚' }))
  const unread = async () => ok(await zhou.get('/api/inbox?unread=true')).items
  const message = (await unread()).find((m) => m.case_id === c.id)
  assert.match(message.text.zh, new RegExp(c.number))
  assert.equal(ok(await zhou.get('/api/me')).unread, (await unread()).length)
  assert.equal((await lin.post(`/api/inbox/${message.id}/read`)).status, 404) // somebody else's
  assert.equal(ok(await zhou.post(`/api/inbox/${message.id}/read`)).id, message.id)
  assert.ok(!(await unread()).some((m) => m.id === message.id))
  ok(await act(lin, (await consultation({ urgent: true })).id, 'report', { calming: '已安抚' }))
  assert.ok((await unread()).length > 0)
  assert.equal((await zhou.post('/api/inbox/read')).status, 204)
  assert.deepEqual(await unread(), [])
  assert.ok(ok(await zhou.get('/api/inbox')).items.every((m) => m.read_at))
})
