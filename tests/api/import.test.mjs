// Statutes and house rules as Word or Markdown files: looked at, confirmed, compared; what is broken is refused whole (K01).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Server, until } from './harness.mjs'
import { word, wordXml, zip } from './word.mjs'

let server, boss, op
before(async () => {
  server = await Server.start()
  boss = await server.as('boss')
  op = await server.as('op')
})
after(() => server.remove())

const LAW = [
  '中华人民共和国', '示范调解法', '（2010年8月28日第十一届示例会议通过　根据2021年12月24日《关于修改示范法的决定》修正）', '目　　录', '第一章　总　　则', '第二章　调　　解', '第三章　附　　则',
  '第一章　总　　则', '第一条　为了示范，根据宪法，制定本法。', '第二条　调解应当自愿。', '当事人可以随时退出。', '第二章　调　　解', '第三条　违反本法第二条规定的，依照前条处理。', '第三章　附　　则', '第四条　本法自2022年1月1日起施行。', '附件一', '调解协议书样式',
]
const look = (bytes, more = '', who = boss) =>
  who.post(`/api/statutes/imports?name=${encodeURIComponent('示范调解法.docx')}&kind=${encodeURIComponent('社会法')}&scope=common${more}`, bytes, { type: 'application/octet-stream' })
const good = async (r) => (assert.equal(r.status, 201, r.text), r.json)
const confirm = (id, who = boss) => who.post(`/api/statutes/imports/${id}/confirm`)

let lawId
test('a Word file is shown before it is imported, and nothing is there until then', async () => {
  const p = await good(await look(word(LAW)))
  assert.equal(p.title, '中华人民共和国示范调解法')
  assert.deepEqual([p.articles, p.outcome, p.version_date, p.valid_from, p.added], [4, 'new', '2021-12-24', '2022-01-01', 4])
  assert.equal(p.changes[1].after, '调解应当自愿。\n当事人可以随时退出。')
  assert.equal(p.changes[2].heading, '第二章 调 解')
  assert.equal((await boss.get('/api/statutes')).json.items.length, 0)
  const done = await confirm(p.id)
  assert.equal(done.status, 200, done.text)
  lawId = done.json.law_id
  assert.equal((await confirm(p.id)).status, 409)
  const law = (await op.get(`/api/statutes/${lawId}`)).json
  assert.deepEqual(law.nodes.filter((n) => n.kind === 'heading').map((n) => n.body), ['第一章 总 则', '第二章 调 解', '第三章 附 则', '附件一'])
  assert.equal(law.versions[0].events.length, 3)
  assert.equal((await boss.get('/api/statutes/imports')).json.items[0].state, 'done')
})

test('citations in an article lead to the articles', async () => {
  const third = (await op.get(`/api/statutes/${lawId}`)).json.nodes.find((n) => n.number === '第三条')
  const a = (await op.get(`/api/articles/${third.id}`)).json
  assert.deepEqual(a.links.map((l) => [a.body.slice(l.from, l.to), l.article]), [['第二条', '第二条'], ['前条', '第二条']])
})

test('a later version is compared article by article; the earlier one stays in force until then', async () => {
  const lines = LAW.map((l) => l.replace('修正）', '修正　根据2024年6月1日《关于修改示范法的决定》第二次修正）').replace('应当自愿', '应当自愿、合法').replace('2022年1月1日', '2024年9月1日'))
  lines.splice(lines.indexOf('第三章　附　　则', 8), 0, '第三条之一　调解不收费。')
  const p = await good(await look(word(lines)))
  assert.deepEqual([p.outcome, p.compared_with, p.added, p.changed, p.removed], ['version', '2021-12-24', 1, 2, 0])
  assert.match(p.changes.find((c) => c.kind === 'changed').before, /应当自愿。/)
  assert.equal((await confirm(p.id)).status, 200)
  const law = (await op.get(`/api/statutes/${lawId}?on=2023-01-01`)).json
  assert.equal(law.versions.length, 2)
  assert.equal(law.nodes.filter((n) => n.kind === 'article').length, 4)
  assert.equal(law.versions.find((v) => v.id === law.version_id).valid_to, '2024-09-01')
})

test('what was looked at before another import must be looked at again', async () => {
  const [a, b] = [await good(await look(word(LAW.slice(0, -1)))), await good(await look(word(LAW)))]
  assert.equal(b.outcome, 'unchanged')
  assert.equal((await confirm(a.id)).status, 200)
  assert.equal((await confirm(b.id)).json.code, 'stale')
})

test('a repealed law is out of force from its day', async () => {
  const r = await boss.post(`/api/statutes/${lawId}/repeal`, { on: '2025-01-01', by: '《综合调解法》' })
  assert.equal(r.status, 200, r.text)
  const law = (await op.get(`/api/statutes/${lawId}`)).json
  assert.deepEqual([law.repealed_on, law.repealed_by], ['2025-01-01', '《综合调解法》'])
  assert.equal((await boss.post(`/api/statutes/${lawId}/repeal`, {})).json.repealed_on, null)
})

test('house rules are found by their own people and by nobody else', async () => {
  const editor = await server.as('editor')
  const rule = '# 接听管理办法\n\n<!-- INFO END -->\n\n第一条 紫荆坐席每日轮值。\n'
  const own = (more) => editor.post(`/api/statutes/imports?name=rule.md&kind=${encodeURIComponent('内部制度')}${more}`, rule, { type: 'text/markdown' })
  assert.equal((await own('')).json.field, 'version_date')
  const p = await good(await own('&version_date=2024-05-01'))
  const { law_id: id } = (await confirm(p.id, editor)).json
  await until(async () => (await op.get(`/api/statutes/search?q=${encodeURIComponent('紫荆坐席轮值')}`)).json.items?.[0]?.law === '接听管理办法')
  const kind = (await op.get(`/api/statutes/search?q=${encodeURIComponent('紫荆坐席轮值')}&kind=${encodeURIComponent('社会法')}`)).json
  assert.ok(kind.items.every((i) => i.kind === '社会法'))
  assert.equal((await op.get(`/api/statutes/${id}`)).json.org_id, boss.person.org_id)
  assert.equal((await look(word(LAW), '', op)).status, 403)
})

test('damaged, forged and swollen files are refused with the place, and nothing stays', async () => {
  const text = wordXml(LAW)
  const laws = (await boss.get('/api/statutes')).json.items.length
  const bomb = zip({ 'word/document.xml': Buffer.alloc(30 << 20, 32) })
  const lists = (pattern) =>
    `<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:abstractNum w:abstractNumId="3"><w:lvl w:ilvl="0"><w:lvlText w:val="${pattern}"/></w:lvl></w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num></w:numbering>`
  const listed = text.replace('<w:p><w:r><w:t>当事人', '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr></w:pPr><w:r><w:t>当事人')
  assert.notEqual(listed, text)
  const numbered = (pattern) => zip({ 'word/document.xml': listed, 'word/numbering.xml': pattern })
  // A list of items is no list of articles.
  assert.equal((await look(numbered(lists('（%1）')))).status, 201)
  const cases = [
    [numbered(lists('第%1条')), 'invalid', /numbers the articles by itself/],
    [numbered(lists('第%1条').slice(0, 200)), 'corrupt', /numbering\.xml/],
    [Buffer.alloc(65 << 20, ' '), 'too_large', /./],
    [word(LAW).subarray(0, 300), 'corrupt', /damaged/],
    [zip({ 'word/document.xml': text.slice(0, 900) }), 'corrupt', /word\/document\.xml line \d/],
    [word(LAW, '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), 'invalid', /entities/],
    [bomb, 'too_large', /unfolds/],
    [zip({ 'a.txt': 'x' }), 'invalid', /word\/document\.xml/],
    [Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'unsupported', /\.docx/],
    [word(['只有标题', '没有条文']), 'invalid', /no article/],
    [Buffer.from([0xff, 0xfe, 0x00]), 'invalid', /UTF-8/],
  ]
  for (const [bytes, code, detail] of cases) {
    const r = await look(bytes)
    assert.equal(r.json.code, code, r.text)
    if ((code !== 'corrupt' && code !== 'too_large') || r.json.detail) assert.match(r.json.detail, detail)
  }
  assert.equal((await boss.get('/api/statutes')).json.items.length, laws)
})

test('a law of 50 MB is looked at, confirmed and read', async () => {
  const body = '很长的条文。'.repeat(1400)
  const law = '# 长法\n\n2024年1月1日 起施行\n\n<!-- INFO END -->\n\n' + Array.from({ length: 2000 }, (_, i) => `第${i + 1}条 ${body}\n\n`).join('')
  assert.ok(Buffer.byteLength(law) > 50e6)
  const p = await good(await look(Buffer.from(law)))
  assert.deepEqual([p.articles, p.outcome], [2000, 'new'])
  const done = await confirm(p.id)
  assert.equal(done.status, 200, done.text)
  const { nodes } = (await op.get(`/api/statutes/${done.json.law_id}`)).json
  assert.equal(nodes.filter((n) => n.kind === 'article').length, 2000)
})
