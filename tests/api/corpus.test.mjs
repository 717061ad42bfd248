// The whole corpus of statutes, where it lies beside the checkout (../shared): imported whole and again, searched over
// HTTP, and what it takes of memory (K01, K02). Without it the tests are skipped and say so.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { lexline, ON_PG, Server, SOURCE, until } from './harness.mjs'

const SHARED = process.env.LEXLINE_SHARED ?? path.resolve(SOURCE, '../shared')
const TREE = path.join(SHARED, 'laws')
const LIST = path.join(SHARED, 'lay-questions/corpus_files.txt')
const QUESTIONS = path.join(SHARED, 'lay-questions/dev.jsonl')
const skip = (!fs.existsSync(LIST) && `no corpus in ${SHARED}`) || (ON_PG && 'the same on both') || (process.env.LEXLINE_SANITIZED && 'a sanitizer counts too')

let server, op, questions
before(async () => {
  if (skip) return
  server = await Server.start()
  questions = fs.readFileSync(QUESTIONS, 'utf8').trim().split('\n').map((l) => JSON.parse(l))
})
after(() => server?.remove())

const statusOf = (word) => Number(new RegExp(`${word}:\\s+(\\d+) kB`).exec(fs.readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]) / 1024
const importTree = (...args) => {
  const r = lexline(['import', 'statutes', '--data', server.dir, ...args, TREE])
  assert.equal(r.code, 0, r.stderr)
  const figures = Object.fromEntries([...r.stdout.matchAll(/([a-z]+) (\d+)/g)].map((m) => [m[1], Number(m[2])]))
  return { ...figures, said: r.stderr }
}

test('an idle server without statutes takes less than 60 MB', { skip }, async (t) => {
  op = await server.as('op')
  assert.equal((await op.get('/api/me')).status, 200)
  t.diagnostic(`${statusOf('VmRSS').toFixed(0)} MB, ${statusOf('VmHWM').toFixed(0)} MB for the moment of a sign-in`) // argon2id: 32 MiB
  assert.ok(statusOf('VmRSS') < 60)
  await server.stop()
})

test('the list of files is imported whole; again, nothing changes', { skip }, () => {
  const first = importTree('--files', LIST)
  assert.equal(first.files, fs.readFileSync(LIST, 'utf8').trim().split('\n').length)
  assert.equal(first.unreadable, 0, first.said)
  assert.ok(first.articles >= 58562, `${first.articles} articles`)
  const again = importTree('--files', LIST)
  assert.deepEqual([again.imported, again.unchanged, again.articles], [0, first.files, 0])
})

test('the whole tree: what could not be read is named file by file; again, nothing changes', { skip }, () => {
  const first = importTree()
  assert.ok(first.files > 1500)
  assert.equal(first.said.trim().split('\n').filter((l) => /\.md: /.test(l)).length, first.unreadable + first.duplicates)
  assert.ok(first.unreadable < first.files / 15, `${first.unreadable} of ${first.files}`)
  const again = importTree()
  assert.deepEqual([again.imported, again.unreadable, again.articles], [0, first.unreadable, 0])
})

test('the index takes less than 300 MB, and questions are answered over HTTP', { skip }, async (t) => {
  await server.serve()
  op = await server.as('op')
  const get = (q) => op.get(`/api/statutes/search?limit=10&q=${encodeURIComponent(q)}`)
  const ask = (q) => until(async () => { // nobody types as fast as this
    const r = await get(q)
    return r.status !== 429 && r
  })
  await until(async () => (await ask('借款')).status === 200, 60000, 'the index is loaded')
  const took = []
  let found = 0
  for (const { question, relevant } of questions.slice(0, 200)) {
    const r = await ask(question)
    assert.equal(r.status, 200, r.text)
    took.push(r.json.took_us / 1000)
    found += relevant.some((a) => r.json.items.some((i) => i.law === a.law && i.article === a.article)) ? 1 : 0
  }
  took.sort((a, b) => a - b)
  t.diagnostic(`p50 ${took[100].toFixed(1)} ms, p99 ${took[198].toFixed(1)} ms; ${statusOf('VmRSS').toFixed(0)} MB, at most ${statusOf('VmHWM').toFixed(0)} MB`)
  assert.ok(statusOf('VmHWM') < 300)
  // The built-in model has learned on these questions: this shows that it is in use, not how good it is.
  assert.ok(found >= 120, `an apt article among the first ten for ${found} of 200`)
})
