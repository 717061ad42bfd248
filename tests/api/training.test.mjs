// The question bank, examinations and the typing test (K05, S04).
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Server } from './harness.mjs'

let server, boss, author, lin

async function made(client, path, body) {
  const r = await client.post(path, body)
  assert.equal(r.status, 201, r.text)
  return r.json.id
}

const letters = ['A', 'B', 'C', 'D']
const options = (...texts) => texts.map((text, i) => ({ key: letters[i], text }))

async function question(body) {
  const id = await made(author, '/api/training/questions', { category: '合同', ...body })
  const r = await boss.post(`/api/training/questions/${id}/review`, { state: 'ready' })
  assert.equal(r.status, 200, r.text)
  return id
}

async function exam(rules, more = {}) {
  const id = await made(boss, '/api/training/exams', { name: '上岗考试', purpose: 'pre_job', minutes: 30, pass_points: 6, ...more })
  for (const rule of rules) await made(boss, `/api/training/exams/${id}/rules`, rule)
  return id
}

before(async () => {
  server = await Server.start({ profile: 'demo' })
  boss = await server.as('zhou')
  author = await server.as('xu')
  lin = await server.as('lin')
  for (let i = 1; i <= 5; i++)
    await question({ kind: 'single', stem: `没有约定利息的借款，第${i}题`, options: options('有利息', '视为没有利息'), answer: 'B', source: '民法典第六百八十条' })
  await question({ kind: 'multiple', stem: '保证的方式包括', options: options('一般保证', '连带责任保证', '定金'), answer: 'AB' })
  await question({ kind: 'judgement', stem: '抵押合同应当采用书面形式', answer: 'T', difficulty: 1 })
  await question({ kind: 'case', category: '劳动', stem: '未签书面劳动合同，如何答复？', answer: '二倍工资；一年内；证据' })
})
after(() => server.remove())

describe('questions', () => {
  test('nobody releases their own; a correction must be reviewed again', async () => {
    const id = await made(author, '/api/training/questions', { kind: 'judgement', category: '程序', stem: '口头起诉可以', answer: 'T' })
    assert.equal((await author.post(`/api/training/questions/${id}/review`, { state: 'ready' })).status, 404)
    assert.equal((await boss.post(`/api/training/questions/${id}/review`, { state: 'ready' })).json.state, 'ready')
    const changed = { version: 2, category: '程序', difficulty: 2, stem: '书写确有困难的，可以口头起诉', answer: 'T' }
    const r = await author.put(`/api/training/questions/${id}`, changed)
    assert.equal(r.json.state, 'draft', r.text)
    assert.equal((await author.put(`/api/training/questions/${id}`, changed)).status, 404)
    const list = (await author.get('/api/training/questions?kind=judgement&state=draft')).json.items
    assert.deepEqual(list.map((q) => q.id), [id])
  })

  test('categories are counted; an operator does not see the bank', async () => {
    const all = (await author.get('/api/training/categories')).json.items
    assert.deepEqual(all.find((c) => c.category === '合同'), { category: '合同', ready: 7, total: 7 })
    assert.equal((await lin.get('/api/training/questions')).status, 403)
  })
})

describe('an examination', () => {
  test('opens only when there are enough questions, each drawn once by the narrowest rule', async () => {
    const id = await exam([{ kind: 'single', questions: 9, points: 2 }])
    const short = await boss.post(`/api/training/exams/${id}/open`)
    assert.deepEqual([short.json.state, short.json.missing], ['draft', 4])
    await made(boss, `/api/training/exams/${id}/rules`, { kind: 'single', questions: 2, points: 2 })
    await made(boss, `/api/training/exams/${id}/rules`, { kind: 'single', category: '合同', questions: 3, points: 1 })
    const rules = (await boss.get(`/api/training/exams/${id}/rules`)).json.items
    assert.deepEqual(rules.map((r) => r.available), [0, 5])
    assert.equal((await boss.delete(`/api/training/exams/${id}/rules/${rules[0].id}`)).status, 200)
    assert.equal((await boss.post(`/api/training/exams/${id}/open`)).json.state, 'open')
  })

  test('is drawn, answered bit by bit, handed in, marked by machine and by a lawyer', async () => {
    const id = await exam([
      { kind: 'single', questions: 3, points: 1 },
      { kind: 'multiple', questions: 1, points: 2 },
      { kind: 'judgement', questions: 1, points: 1 },
      { kind: 'case', questions: 1, points: 4 },
    ])
    assert.equal((await boss.post(`/api/training/exams/${id}/open`)).json.state, 'open')
    assert.equal((await lin.get('/api/training/exams')).json.items.find((e) => e.id === id).may_start, true)
    const sitting = await lin.post(`/api/training/exams/${id}/sittings`)
    assert.equal(sitting.json.questions, 6, sitting.text)
    const sid = sitting.json.id
    // the browser vanished: beginning again goes on
    assert.equal((await lin.post(`/api/training/exams/${id}/sittings`)).json.id, sid)

    const paper = (await lin.get(`/api/training/sittings/${sid}/answers`)).json.items
    assert.deepEqual(paper.map((q) => q.kind), ['judgement', 'single', 'single', 'single', 'multiple', 'case'])
    assert.equal(new Set(paper.map((q) => q.stem)).size, 6)
    assert.ok(paper.every((q) => q.answer === null || q.answer === undefined))
    const given = { judgement: 'T', single: 'B', multiple: 'BA', case: '二倍工资，一年内主张' }
    for (const q of paper) {
      const r = await lin.put(`/api/training/sittings/${sid}/answers/${q.id}`, { given: given[q.kind] })
      assert.equal(r.status, 200, r.text)
    }
    const chen = await server.as('chen')
    assert.equal((await chen.get(`/api/training/sittings/${sid}`)).status, 404)
    assert.equal((await chen.put(`/api/training/sittings/${sid}/answers/${paper[0].id}`, { given: 'F' })).status, 404)

    const done = await lin.post(`/api/training/sittings/${sid}/submit`)
    assert.equal(done.json.state, 'marking', done.text)
    assert.equal((await lin.put(`/api/training/sittings/${sid}/answers/${paper[0].id}`, { given: 'F' })).status, 404)
    const waiting = (await author.get(`/api/training/exams/${id}/results`)).json.items
    assert.deepEqual([waiting[0].id, waiting[0].to_mark], [sid, 1])
    const marked = await author.post(`/api/training/sittings/${sid}/answers/${paper[5].id}/mark`, { got: 9, remark: '缺证据' })
    assert.deepEqual([marked.json.state, marked.json.points, marked.json.passed], ['marked', 10, true], marked.text)

    const seen = (await lin.get(`/api/training/sittings/${sid}/answers`)).json.items
    assert.deepEqual(seen.map((q) => q.got), [1, 1, 1, 1, 2, 4])
    assert.equal(seen[5].remark, '缺证据')
    const mine = (await lin.get('/api/training/sittings')).json.items
    assert.deepEqual([mine[0].id, mine[0].points, mine[0].passed], [sid, 10, true])
    assert.equal((await lin.get(`/api/training/sittings/${sid}`)).json.total_points, 10)
    assert.equal((await lin.post(`/api/training/exams/${id}/sittings`)).status, 404, 'one attempt only')
  })

  test('what is left lying is handed in when the examination closes; blank is wrong', async () => {
    const id = await exam([{ kind: 'single', questions: 2, points: 5 }, { kind: 'case', questions: 1, points: 5 }])
    await boss.post(`/api/training/exams/${id}/open`)
    const sid = (await lin.post(`/api/training/exams/${id}/sittings`)).json.id
    const paper = (await lin.get(`/api/training/sittings/${sid}/answers`)).json.items
    await lin.put(`/api/training/sittings/${sid}/answers/${paper[0].id}`, { given: 'A' })
    await lin.put(`/api/training/sittings/${sid}/answers/${paper[1].id}`, { given: 'B' })
    const r = await boss.post(`/api/training/exams/${id}/close`)
    assert.equal(r.json.state, 'closed', r.text)
    const s = (await lin.get(`/api/training/sittings/${sid}`)).json
    assert.deepEqual([s.state, s.points, s.passed], ['marked', 5, false])
  })
})

describe('typing', () => {
  test('right characters are counted, one left out costs one', async () => {
    const t = await lin.post('/api/training/typing')
    assert.equal(t.status, 201, t.text)
    const typed = t.json.body.slice(0, 40) + t.json.body.slice(41, 90)
    const r = await lin.post(`/api/training/typing/${t.json.id}`, { typed })
    assert.equal(r.status, 200, r.text)
    assert.deepEqual([r.json.typed, r.json.correct, r.json.passed], [89, 89, true])
    assert.equal((await lin.post(`/api/training/typing/${t.json.id}`, { typed })).status, 404)
    assert.equal((await boss.get('/api/training/typing')).json.items[0].person, '林晓燕')
  })
})
