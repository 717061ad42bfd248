// Statutes over HTTP: imported trees, versions in force on a day, articles, search with marks.
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { lexline, Server, SOURCE } from './harness.mjs'

const LAW = '中华人民共和国热线服务法'
let server, op, law
before(async () => {
  server = await Server.start()
  await server.stop()
  const tree = path.join(SOURCE, 'tests/fixtures/laws')
  const first = lexline(['import', 'statutes', '--data', server.dir, tree])
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stdout, /imported 5 .*unreadable 1/)
  assert.match(first.stderr, /无条文\.md: no article/)
  const again = lexline(['import', 'statutes', '--data', server.dir, tree])
  assert.match(again.stdout, /imported 0 {2}unchanged 5/)
  await server.serve()
  op = await server.as('op')
  law = (await get('/api/statutes')).items.find((l) => l.title === LAW)
})
after(() => server.remove())

async function get(target) {
  const r = await op.get(target)
  assert.equal(r.status, 200, `${target}: ${r.text}`)
  return r.json
}

const search = (q, more = '') => get(`/api/statutes/search?q=${encodeURIComponent(q)}${more}`)

test('laws are listed by kind and by words of their title', async () => {
  assert.equal(law.versions, 2)
  assert.deepEqual((await get('/api/statutes/kinds')).items.find((k) => k.kind === '经济法'), { kind: '经济法', laws: 1 })
  const found = (await get(`/api/statutes?q=${encodeURIComponent('热线')}`)).items
  assert.deepEqual(found.map((l) => l.title), [LAW])
})

test('a law reads as it was in force on the day asked for', async () => {
  const now = await get(`/api/statutes/${law.id}`)
  assert.equal(now.versions.length, 2)
  const then = await get(`/api/statutes/${law.id}?on=2021-01-01`)
  assert.notEqual(now.version_id, then.version_id)
  const second = (doc) => doc.nodes.find((n) => n.number === '第二条').body
  assert.match(second(now), /十秒/)
  assert.match(second(then), /十五秒/)
  assert.equal((await op.get('/api/statutes/1')).status, 404)
  assert.equal((await op.get(`/api/statutes/${law.id}?on=soon`)).json.field, 'on')
})

test('an article shows its other versions', async () => {
  const hit = (await search('值班人员接听')).items[0]
  const article = await get(`/api/articles/${hit.article_id}`)
  assert.equal(article.article, '第二条')
  assert.deepEqual(article.versions.map((v) => v.valid_from).sort(), ['2020-07-01', '2024-06-01'])
  assert.equal((await op.get('/api/articles/1')).status, 404)
})

test('search finds what people mean, marks it, and knows the day', async () => {
  const { items } = await search('热线多久要接听')
  assert.equal(items[0].law, LAW)
  assert.equal(items[0].article, '第二条')
  for (const [from, to] of items[0].marks) assert.ok(items[0].why.includes(items[0].text.slice(from, to)), JSON.stringify(items[0]))
  const old = (await search('热线多久要接听', '&on=2021-01-01')).items[0]
  assert.match(old.text, /十五秒/)
  assert.equal((await search('接听', '&limit=1')).items.length, 1)
  assert.equal((await op.get('/api/statutes/search?q=')).status, 422)
})
