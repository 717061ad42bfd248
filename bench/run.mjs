#!/usr/bin/env node
// The figures of docs/scaling.md: fills a store with a million cases, serves it, loads it, prints a table.
//
//   make bench                        everything on SQLite
//   BENCH_DB=postgresql make bench    on a throw-away PostgreSQL cluster (tools/pg-temp)
//   BENCH_CASES=1000000 BENCH_SECONDS=10 BENCH_CONNECTIONS=64
//   BENCH_LAWS=DIR                    a tree of statutes in Markdown for the search (default ../shared/laws)
//   BENCH_QUESTIONS=FILE              questions whose articles are known, JSON lines (default ../shared/lay-questions/dev.jsonl)
//   BENCH_ONLY=create,get,list,mixed,streams,search,ranking,documents
//
// Load generator and server share the machine. The filled store stays in build/bench-data for the next run.
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const BUILD = path.resolve(process.env.BUILD ?? path.join(SOURCE, 'build'))
const BIN = path.join(BUILD, 'lexline')
const CASES = Number(process.env.BENCH_CASES ?? 1000000)
const SECONDS = process.env.BENCH_SECONDS ?? '10'
const CONNECTIONS = process.env.BENCH_CONNECTIONS ?? '64'
const ON_PG = process.env.BENCH_DB === 'postgresql'
const LAWS = process.env.BENCH_LAWS ?? path.resolve(SOURCE, '../shared/laws')
const QUESTIONS_FILE = process.env.BENCH_QUESTIONS ?? path.resolve(SOURCE, '../shared/lay-questions/dev.jsonl')
const ONLY = process.env.BENCH_ONLY?.split(',')
const ROOT = path.join(BUILD, 'bench-data', (ON_PG ? 'postgresql-' : 'sqlite-') + CASES)
const DATA = path.join(ROOT, 'data')
const TEMPLATES = Math.min(CASES, 1000)
const OPERATORS = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `op${n}`)

let running = null
const wanted = (what) => !ONLY || ONLY.includes(what)
const note = (text) => process.stderr.write(`${text}\n`)
const file = (name, text) => {
  const p = path.join(ROOT, name)
  fs.writeFileSync(p, text)
  return p
}

function run(command, args, options = {}) {
  const r = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options })
  if (r.status !== 0) throw new Error(`${command} ${args[0]}: ${r.error ?? r.stderr}`)
  return r.stdout
}

// ---- the server ---------------------------------------------------------------------------------

const freePort = () =>
  new Promise((resolve) => {
    const s = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => resolve(port))
    })
  })

class Server {
  // → started, with the time from the start of the process to its first answer
  static async start(env = {}) {
    const s = new Server()
    s.to = `127.0.0.1:${await freePort()}`
    s.log = fs.openSync(path.join(ROOT, 'server.log'), 'w')
    const began = process.hrtime.bigint()
    s.child = spawn(BIN, ['serve', '--data', DATA, '--listen', s.to], {
      env: { ...process.env, ...env },
      stdio: ['ignore', s.log, s.log],
    })
    s.pid = String(s.child.pid)
    running = s
    for (;;) {
      if (s.child.exitCode !== null) throw new Error(`serve ended: ${fs.readFileSync(path.join(ROOT, 'server.log'), 'utf8')}`)
      try {
        if ((await fetch(`http://${s.to}/healthz`)).ok) break
      } catch {
        await new Promise((r) => setTimeout(r, 5))
      }
    }
    s.startMs = Number(process.hrtime.bigint() - began) / 1e6
    return s
  }

  async stop() {
    this.child.kill('SIGTERM')
    running = null
    if (this.child.exitCode === null) await new Promise((r) => this.child.once('exit', r))
  }

  residentMb() {
    const m = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${this.pid}/status`, 'utf8'))
    return Math.round(Number(m[1]) / 1024)
  }

  async call(method, target, cookie, body) {
    const r = await fetch(`http://${this.to}${target}`, {
      method,
      headers: { Cookie: `lexline=${cookie}`, ...(body && { 'Content-Type': 'application/json' }) },
      body: body && JSON.stringify(body),
    })
    if (!r.ok) throw new Error(`${method} ${target}: ${r.status} ${await r.text()}`)
    return r.json()
  }

  async signIn(name, password) {
    const r = await fetch(`http://${this.to}/api/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name, password }),
    })
    if (!r.ok) throw new Error(`sign-in: ${await r.text()}`)
    return /lexline=([^;]+)/.exec(r.headers.get('set-cookie'))[1]
  }

  // A cookie a person, in the file the load generators read
  async cookies() {
    const passwords = JSON.parse(fs.readFileSync(path.join(ROOT, 'passwords.json'), 'utf8'))
    const list = []
    for (const name of OPERATORS) list.push(await this.signIn(name, passwords[name]))
    return { list, path: file('cookies', list.join('\n')) }
  }
}

// ---- filling ------------------------------------------------------------------------------------

const QUESTIONS = ['借条上没有写利息，还能要利息吗？', '公司拖欠工资三个月，怎么办？', '房东不退押金，可以起诉吗？', '网上买到假货，能要求三倍赔偿吗？']

const newCase = (n) => ({
  process: 'consultation',
  fields: { asker: '张三', phone: '13812345678', category: 'loan', question: `${QUESTIONS[n % QUESTIONS.length]}（${n}）` },
})

async function prepare() {
  const url = ON_PG ? run(path.join(SOURCE, 'tools/pg-temp'), ['start', path.join(ROOT, 'pg')]).trim() : null
  const args = ['init', '--data', DATA, '--profile', path.join(SOURCE, 'bench/profile')]
  const out = run(BIN, url ? [...args, '--db', url] : args)
  const passwords = Object.fromEntries([...out.matchAll(/^ {2}(\S+)\s+(\S+)/gm)].map((m) => [m[1], m[2]]))
  file('passwords.json', JSON.stringify(passwords))
  const server = await Server.start()
  const { list } = await server.cookies()
  for (let n = 0; n < TEMPLATES; n += list.length)
    await Promise.all(list.slice(0, TEMPLATES - n).map((c, i) => server.call('POST', '/api/cases', c, newCase(n + i))))
  await server.stop()
  note(`copying ${TEMPLATES} cases until there are ${CASES} …`)
  run(path.join(SOURCE, 'bench/fill.py'), [url ?? path.join(DATA, 'lexline.db'), String(CASES), path.join(ROOT, 'many-cookies')], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (url) file('pg-url', url)
  file('filled', new Date().toISOString())
}

async function fill() {
  if (fs.existsSync(path.join(ROOT, 'filled'))) {
    if (ON_PG) run(path.join(SOURCE, 'tools/pg-temp'), ['resume', path.join(ROOT, 'pg')])
    return
  }
  fs.rmSync(ROOT, { recursive: true, force: true })
  fs.mkdirSync(ROOT, { recursive: true })
  note('making the store …')
  await prepare()
}

// Ids of cases all over the store, as the list pages them.
async function someIds(server, cookie) {
  const ids = []
  const newest = (await server.call('GET', '/api/cases?limit=1', cookie)).items[0].id
  const hours = BigInt(Math.max(1, Math.floor(CASES / TEMPLATES) - 1))
  for (let i = 0n; i < 400n; i++) {
    const before = BigInt(newest) - ((i * hours) / 400n) * (3600000n << 22n) + 1n
    const page = await server.call('GET', `/api/cases?limit=200&before=${before}`, cookie)
    ids.push(...page.items.map((c) => c.id))
  }
  return file('ids', [...new Set(ids)].join('\n'))
}

// ---- measuring ----------------------------------------------------------------------------------

const CREATE = `POST /api/cases ${JSON.stringify({ ...newCase(0), fields: { ...newCase(0).fields, question: '借条上没有写利息，还能要利息吗？（{n}）' } })}`
const GET = 'GET /api/cases/{id}'
const LIST = 'GET /api/cases?limit=50'

function load(server, label, plan, cookies, ids, more = []) {
  const args = ['--to', server.to, '--plan', file('plan', plan.join('\n')), '--cookies', cookies.path, '--connections', CONNECTIONS]
  args.push('--seconds', SECONDS, '--pid', server.pid, '--label', label, ...(ids ? ['--ids', ids] : []), ...more)
  const line = run(path.join(BUILD, 'bench/bench-load'), args, { stdio: ['ignore', 'pipe', 'inherit'] })
  process.stdout.write(line)
  return Number(line.slice(39, 49))
}

async function requests() {
  let server = await Server.start()
  console.log(`start with ${CASES} cases: ${server.startMs.toFixed(0)} ms to the first answer; idle: ${server.residentMb()} MB resident\n`)
  console.log(`${''.padEnd(38)} ${'per s'.padStart(9)} ${'p50 ms'.padStart(8)} ${'p99 ms'.padStart(8)} ${'p99.9'.padStart(8)} ${'CPU µs'.padStart(9)} ${'errors'.padStart(7)}`)
  let cookies = await server.cookies()
  const ids = await someIds(server, cookies.list[0])
  const batched = wanted('create') ? load(server, 'create a case, durable', [`1 ${CREATE}`], cookies) : 0
  if (wanted('get')) load(server, 'get a case', [`1 ${GET}`], cookies, ids)
  if (wanted('list')) load(server, 'list 50 of them', [`1 ${LIST}`], cookies)
  if (wanted('mixed')) load(server, 'mixed: 20 % create, 30 % list, 50 % get', [`20 ${CREATE}`, `30 ${LIST}`, `50 ${GET}`], cookies, ids)
  await server.stop()
  if (wanted('create') && !ON_PG) {
    server = await Server.start({ LEXLINE_BATCH: '1' })
    cookies = await server.cookies()
    const single = load(server, 'create, a transaction per request', [`1 ${CREATE}`], cookies)
    console.log(`group commit: ${(batched / single).toFixed(1)} times a transaction per request`)
    await server.stop()
  }
}

async function eventStreams() {
  const server = await Server.start()
  console.log()
  /* a person may have 24 streams at most: the cookies of all who were copied */
  process.stdout.write(
    run(path.join(BUILD, 'bench/bench-streams'), ['--to', server.to, '--cookies', path.join(ROOT, 'many-cookies'), '--pid', server.pid, '--body', JSON.stringify(newCase(0))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
  console.log(`${'event streams, server in all'.padEnd(38)} ${String(server.residentMb()).padStart(9)} MB resident`)
  await server.stop()
}

// → whether the statutes are in the store
function importStatutes(what) {
  console.log()
  if (!fs.existsSync(LAWS)) {
    console.log(`${what}: left out, no statutes at ${LAWS} (BENCH_LAWS=DIR)`)
    return false
  }
  if (!fs.existsSync(path.join(ROOT, 'statutes'))) {
    note('importing statutes …')
    run(BIN, ['import', 'statutes', '--data', DATA, LAWS])
    file('statutes', '')
  }
  return true
}

// How well lay questions find their articles, each question ranked by what the others taught.
function ranking() {
  if (!importStatutes('ranking')) return
  if (!fs.existsSync(QUESTIONS_FILE)) {
    console.log(`ranking: left out, no questions at ${QUESTIONS_FILE} (BENCH_QUESTIONS=FILE)`)
    return
  }
  note('cross-validating, some minutes …')
  console.log(run(BIN, ['learn', '--data', DATA, '--questions', QUESTIONS_FILE, '--out', path.join(ROOT, 'lay.model'), '--validate']).trim())
}

async function articleSearch() {
  if (!importStatutes('article search')) return
  const server = await Server.start()
  const plan = QUESTIONS.map((q) => `1 GET /api/statutes/search?limit=10&q=${encodeURIComponent(q)}`)
  console.log(`with statutes: ${server.startMs.toFixed(0)} ms to the first answer, ${server.residentMb()} MB resident`)
  /* three hundred people, because one person may search 50 times a second */
  const cookies = { path: path.join(ROOT, 'many-cookies') }
  load(server, 'article search, one at a time', plan, cookies, null, ['--connections', '1'])
  load(server, 'article search, four at a time', plan, cookies, null, ['--connections', '4'])
  console.log(`after searching: ${server.residentMb()} MB resident`)
  await server.stop()
}

try {
  console.log(`Lexline on ${ON_PG ? 'PostgreSQL' : 'SQLite'}, ${CONNECTIONS} connections, ${run('nproc', []).trim()} cores with the load generator on them\n`)
  run('ninja', ['-C', BUILD, 'lexline', 'bench/bench-load', 'bench/bench-streams', 'bench/bench-documents'])
  if (!ONLY || ONLY.some((what) => what !== 'documents')) await fill()
  if (['create', 'get', 'list', 'mixed'].some(wanted)) await requests()
  if (wanted('streams')) await eventStreams()
  if (wanted('search')) await articleSearch()
  if (wanted('ranking')) ranking()
  if (wanted('documents')) console.log(`\ndocuments, set as PDF/A\n${run(path.join(BUILD, 'bench/bench-documents'), [SECONDS])}`)
} finally {
  if (running) await running.stop()
  if (ON_PG && fs.existsSync(path.join(ROOT, 'pg/data'))) spawnSync(path.join(SOURCE, 'tools/pg-temp'), ['halt', path.join(ROOT, 'pg')])
}
