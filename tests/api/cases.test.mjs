// Cases over HTTP (P01, P10, P20, T03, T04, R04): one consultation from the first word to filing, and what surrounds it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import path from 'node:path'
import { Server, SOURCE, lexline } from './harness.mjs'

const PHONE = '13800138000'
let server, lin, zhao, zhou, deng, donghu

before(async () => {
  server = await Server.start({ profile: 'demo' })
  await server.stop()
  const laws = lexline(['import', 'statutes', '--data', server.dir, path.join(SOURCE, 'tests/fixtures/laws')])
  assert.equal(laws.code, 0, laws.stderr)
  await server.serve()
  ;[lin, zhao, zhou, deng, donghu] = await Promise.all(['lin', 'zhao', 'zhou', 'deng', 'donghu'].map((name) => server.as(name)))
})
after(() => server.remove())

const fields = (more = {}) => ({ question: '朋友借钱两年不还怎么办', category: 'loan', asker: '张三丰', phone: PHONE, ...more })

async function create(client, more) {
  const r = await client.post('/api/cases', { process: 'consultation', fields: fields(more) })
  assert.equal(r.status, 201, r.text)
  return r.json
}

const act = (client, id, action, body) => client.post(`/api/cases/${id}/actions/${action}`, body)

test('P01 P10 a consultation is handed to a lawyer, comes back to the first person asked, is answered and filed', async () => {
  const c = await create(lin)
  assert.match(c.number, /^咨〔\d{4}〕\d{5}号$/)
  assert.equal(c.state, 'taken')
  assert.deepEqual(c.fields.phone, { sealed: true, hint: '138****8000' })
  assert.deepEqual(c.actions.filter((a) => a.enabled).map((a) => a.name).includes('hand_over'), true)

  let r = await act(lin, c.id, 'hand_over', { version: c.version })
  assert.equal(r.status, 200, r.text)
  assert.equal(r.json.state, 'with_lawyer')
  assert.equal(r.json.assignee.name, '赵国强') // skill: loan
  assert.deepEqual(r.json.clocks.map((k) => [k.name, k.status]), [['reply', 'running'], ['opinion', 'running']])
  assert.equal(r.json.clocks[1].counts_only_in_hours, true)

  assert.ok((await zhao.get('/api/desk')).json.due.some((i) => i.id === c.id))

  r = await act(lin, c.id, 'give_opinion', { fields: { opinion: '可以起诉' } })
  assert.equal(r.status, 403)
  assert.match(r.json.detail, /经办人/)

  r = await act(zhao, c.id, 'give_opinion', { fields: { opinion: '可以起诉，注意时效' } })
  assert.equal(r.status, 200, r.text)
  assert.equal(r.json.assignee.name, '林晓燕')
  assert.equal(r.json.clocks.find((k) => k.name === 'opinion').status, 'stopped')

  r = await act(lin, c.id, 'reply', { fields: {} })
  assert.equal(r.status, 422)
  assert.equal(r.json.field, 'answer')
  r = await act(lin, c.id, 'reply', { fields: { answer: '可以向法院起诉。' } })
  assert.equal(r.json.state, 'answered')
  assert.ok(r.json.clocks.every((k) => k.status === 'stopped'))
  r = await act(lin, c.id, 'file', {})
  assert.equal(r.json.ended, true)
  assert.deepEqual(
    r.json.path.map((p) => p.status),
    r.json.path.map(() => 'done'),
  )
  r = await act(lin, c.id, 'file', {})
  assert.equal(r.status, 409)
})

test('a stale page is told what it has missed', async () => {
  const c = await create(lin)
  await lin.post(`/api/cases/${c.id}/notes`, { text: '来电补充：有借条' })
  const r = await act(lin, c.id, 'answer', { version: c.version, fields: { answer: '……' } })
  assert.equal(r.status, 409)
  assert.equal(r.json.code, 'stale')
  assert.equal(r.json.version, c.version + 1)
  assert.deepEqual(r.json.changed.map((e) => [e.kind, e.text]), [['note', '来电补充：有借条']])
})

test('T03 T04 a sealed field is shown for a purpose only, and the access log says so; it is nowhere else', async () => {
  const c = await create(lin)
  assert.equal((await lin.post(`/api/cases/${c.id}/reveal`, { field: 'phone' })).status, 422)
  assert.equal((await lin.post(`/api/cases/${c.id}/reveal`, { field: 'question', purpose: '看看' })).status, 422)
  const r = await lin.post(`/api/cases/${c.id}/reveal`, { field: 'phone', purpose: '回电' })
  assert.equal(r.status, 200, r.text)
  assert.match(r.json.value, /13800138000$/)

  const log = await deng.get('/api/access-log')
  assert.ok(log.json.items.some((e) => e.subject_id === c.id && e.action === 'case.reveal'), log.text)
  const everywhere = [await lin.get('/api/cases'), await lin.get(`/api/cases/${c.id}`), await lin.get('/api/desk'), await deng.get('/api/audit')]
  for (const page of everywhere) {
    assert.equal(page.status, 200)
    assert.ok(!page.text.includes(PHONE) && !page.text.includes('张三丰'), page.text.slice(0, 200))
  }
  assert.ok(!server.log.includes(PHONE))
})

test('nobody sees a case of an organisation that is not his own or below it', async () => {
  const c = await create(lin)
  assert.equal((await donghu.get(`/api/cases/${c.id}`)).status, 404)
  assert.equal((await act(donghu, c.id, 'answer', { fields: { answer: 'x' } })).status, 404)
  assert.ok(!(await donghu.get('/api/cases')).text.includes(c.id))
  const below = await create(donghu)
  assert.equal((await lin.get(`/api/cases/${below.id}`)).status, 200)
})

test('lists page by key, filter, search; the desk shows the oldest clock first', async () => {
  const made = []
  for (let i = 0; i < 5; i++) made.push(await create(lin, { question: `分页测试第${i}件`, category: 'marriage' }))
  const seen = []
  let before = ''
  for (let page = 0; page < 10; page++) {
    const r = await lin.get(`/api/cases?category=marriage&limit=2${before && `&before=${before}`}`)
    assert.equal(r.status, 200, r.text)
    seen.push(...r.json.items.map((i) => i.id))
    if (!(before = r.json.next)) break
  }
  assert.deepEqual(seen.slice(0, 5), made.map((c) => c.id).reverse())
  assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => (BigInt(a) < BigInt(b) ? 1 : -1)))
  const one = async (query) => (await lin.get(`/api/cases?${query}`)).json.items.map((i) => i.id)
  assert.deepEqual(await one(`q=${encodeURIComponent(made[3].number)}`), [made[3].id])
  assert.deepEqual(await one(`q=${encodeURIComponent('测试第4件')}`), [made[4].id])
  assert.ok((await one('mine=true&open=true')).includes(made[0].id))
  const filed = (await lin.get('/api/cases?state=filed&category=marriage')).json.items
  assert.ok(filed.every((i) => i.state === 'filed' && i.category === 'marriage' && i.ended))

  await act(lin, made[1].id, 'defer', {})
  const desk = (await lin.get('/api/desk')).json
  assert.ok(desk.due.filter((i) => i.due_at).length >= 1)
  const due = desk.due.map((i) => i.due_at ?? '9')
  assert.deepEqual(due, [...due].sort())
  assert.ok(desk.counts.mine >= 5)
  const urgent = await one(`due_before=2999-01-01T00:00:00Z`)
  assert.ok(urgent.includes(made[1].id) && !urgent.includes(made[0].id))
})

test('R04 the list as an Excel file', async () => {
  await create(lin)
  const r = await lin.get('/api/cases/export?open=true')
  assert.equal(r.status, 200)
  assert.match(r.headers['content-type'], /spreadsheetml/)
  assert.match(r.headers['content-disposition'], /\.xlsx/)
  assert.equal(r.bytes.subarray(0, 2).toString(), 'PK')
  assert.ok(r.bytes.length > 3000)
})

test('P02 a report to the leader is asked for before an urgent matter is answered, and stands in the ledger', async () => {
  const c = await create(lin, { urgent: true })
  const why = c.actions.find((a) => a.name === 'answer')
  assert.equal(why.enabled, false)
  assert.match(why.why.zh, /先向领导报告/)
  assert.equal((await act(lin, c.id, 'answer', { fields: { answer: '…' } })).status, 409)
  await act(lin, c.id, 'report', { fields: { calming: '已安抚' } })
  assert.equal((await act(lin, c.id, 'answer', { fields: { answer: '…' } })).status, 200)
  const ledger = await zhou.get('/api/ledgers/major')
  assert.ok(ledger.json.items.some((e) => e.number === c.number))
  assert.equal((await zhou.get('/api/ledgers/major/export')).bytes.subarray(0, 2).toString(), 'PK')
  assert.equal((await lin.get('/api/ledgers/major')).status, 403)
})

test('files and corrections belong to the case; an ended one takes none', async () => {
  const c = await create(lin)
  const put = await lin.post(`/api/cases/${c.id}/attachments?name=${encodeURIComponent('借条.txt')}`, '今借到人民币伍万元', { type: 'text/plain' })
  assert.equal(put.status, 201, put.text)
  const got = await lin.get(`/api/cases/${c.id}/attachments/${put.json.id}`)
  assert.equal(got.text, '今借到人民币伍万元')
  const part = await lin.get(`/api/cases/${c.id}/attachments/${put.json.id}`, { headers: { Range: 'bytes=0-2' } })
  assert.equal(part.status, 206)
  assert.equal(part.text, '今')
  assert.equal((await donghu.get(`/api/cases/${c.id}/attachments/${put.json.id}`)).status, 404)

  let r = await lin.patch(`/api/cases/${c.id}`, { fields: { demand: '要回借款' }, version: c.version + 1 })
  assert.equal(r.status, 200, r.text)
  assert.equal(r.json.fields.demand, '要回借款')
  assert.equal(r.json.attachments[0].name, '借条.txt')
  assert.equal((await lin.patch(`/api/cases/${c.id}`, { fields: { answer: '…' } })).status, 422)
  await act(lin, c.id, 'answer', { fields: { answer: '…' } })
  await act(lin, c.id, 'file', {})
  r = await lin.post(`/api/cases/${c.id}/attachments?name=x.txt`, 'x', { type: 'text/plain' })
  assert.equal(r.status, 409)
})

test('processes, drawing, categories, phrases, saved lists', async () => {
  const all = (await lin.get('/api/processes')).json.items
  assert.equal(all.find((p) => p.name === 'consultation').may_create, true)
  assert.equal(all.find((p) => p.name === 'archive_destroy').may_create, false)
  const one = (await lin.get('/api/processes/consultation')).json
  assert.deepEqual(one.create.form.find((f) => f.field === 'question'), { field: 'question', required: true })
  assert.equal((await lin.get('/api/processes/nothing')).status, 404)
  const svg = await lin.get('/api/processes/consultation/drawing')
  assert.match(svg.headers['content-type'], /svg/)
  assert.match(svg.text, /转专业律师/)
  assert.ok((await lin.get('/api/categories?process=consultation')).json.items.length >= 5)
  assert.ok((await lin.get('/api/phrases')).json.items.length >= 1)
  const saved = await lin.post('/api/views', { page: 'cases', name: '我的', query: { mine: true } })
  assert.equal(saved.status, 201, saved.text)
  assert.deepEqual((await lin.get('/api/views?page=cases')).json.items.map((v) => [v.name, v.query]), [['我的', { mine: true }]])
  assert.equal((await zhao.delete(`/api/views/${saved.json.id}`)).status, 404)
  assert.equal((await lin.delete(`/api/views/${saved.json.id}`)).status, 200)
})

test('what a form refuses names its field', async () => {
  const bad = async (more, field) => {
    const r = await lin.post('/api/cases', { process: 'consultation', fields: fields(more) })
    assert.equal(r.status, 422, r.text)
    assert.equal(r.json.field, field)
  }
  await bad({ question: '' }, 'question')
  await bad({ category: 'nonsense' }, 'category')
  await bad({ phone: 'abc' }, 'phone')
  await bad({ nothing: 1 }, 'nothing')
  await bad({ urgent: 'yes' }, 'urgent')
  await bad({ question: '长'.repeat(4001) }, 'question')
  assert.equal((await lin.post('/api/cases', { process: 'nothing', fields: {} })).status, 404)
  assert.equal((await lin.post('/api/cases', { process: 'archive_destroy', fields: {} })).status, 403)
})

test('live: a change reaches whoever may see the case, without personal data', async () => {
  const stream = await lin.events()
  const c = await create(lin)
  const e = await stream.find((x) => x.event === 'case.changed' && x.json?.case_id === c.id)
  assert.ok(e)
  assert.equal(e.json.state, 'taken')
  assert.ok(!JSON.stringify(stream.all).includes(PHONE))
  stream.close?.()
  stream.request.destroy()
})

test('K02 a cited article is kept in the case as it stands, once, until it is taken back', async () => {
  const found = (await lin.get(`/api/statutes/search?q=${encodeURIComponent('借款')}`)).json.items
  assert.ok(found.length)
  const c = await create(lin)
  const cited = await lin.post(`/api/cases/${c.id}/citations`, { article_id: found[0].article_id })
  assert.equal(cited.status, 201, cited.text)
  assert.equal((await lin.post(`/api/cases/${c.id}/citations`, { article_id: found[0].article_id })).status, 409)
  assert.equal((await lin.post(`/api/cases/${c.id}/citations`, { article_id: '77' })).status, 404)
  assert.equal((await donghu.post(`/api/cases/${c.id}/citations`, { article_id: found[0].article_id })).status, 404)
  let view = (await lin.get(`/api/cases/${c.id}`)).json
  assert.deepEqual(
    view.citations.map((x) => [x.article_id, x.law, x.cited_by.name]),
    [[found[0].article_id, found[0].law, '林晓燕']],
  )
  assert.ok(view.citations[0].text.length > 10)
  assert.equal((await lin.delete(`/api/cases/${c.id}/citations/${cited.json.id}`)).status, 204)
  view = (await lin.get(`/api/cases/${c.id}`)).json
  assert.deepEqual(view.citations, [])
})

test('a case takes no client and no person of an organisation that is not its own', async () => {
  let r = await lin.post('/api/cases', { process: 'consultation', client_id: '123', fields: fields() })
  assert.equal(r.status, 422, r.text)
  assert.equal(r.json.field, 'client_id')
  r = await lin.post('/api/cases', { process: 'consultation', fields: fields({ client: '123' }) })
  assert.equal(r.status, 422, r.text)
  const c = await create(lin)
  r = await act(lin, c.id, 'transfer', { fields: { handler: donghu.person.id } })
  assert.equal(r.status, 422, r.text)
  assert.equal(r.json.field, 'handler')
  r = await act(lin, c.id, 'transfer', { fields: { handler: zhao.person.id } })
  assert.equal(r.json.assignee.name, '赵国强')
})
