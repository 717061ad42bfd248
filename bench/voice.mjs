#!/usr/bin/env node
// Whole calls on one core: notice, menu, queue, operator with SRTP, recorded and sealed. Prints how it grows.
//
//   make bench-voice
//   BENCH_CALLS=100,300,500,1000 BENCH_RATE=50 BENCH_SECONDS=20 make bench-voice
//   BENCH_PG=postgresql://…      the records go there instead of SQLite
//
// The server, all its threads, is bound to core 0; callers and desk phones (bench/voice.c) live on core 1. For each step a fresh
// server. "added delay": from the moment a packet is sent at one end until it comes out at the other, jitter buffer and tick
// included. "late": quarters of a tick (5 ms apart) that began over 20 ms after their time; beside it the same of a thread that
// does nothing on the same core, measured just before.
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SOURCE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const BUILD = path.resolve(process.env.BUILD ?? path.join(SOURCE, 'build'))
const BIN = path.join(BUILD, 'lexline')
const ROOT = path.join(BUILD, 'bench-voice')
const STEPS = (process.env.BENCH_CALLS ?? '100,300,500,1000').split(',').map(Number)
const RATE = process.env.BENCH_RATE ?? '50'
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20)
const PG = process.env.BENCH_PG
const TICK_MS = 5

function run(command, args, options = {}) {
  const r = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options })
  if (r.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${r.error ?? r.stderr}`)
  return r.stdout
}

const freePort = () =>
  new Promise((resolve) => {
    const s = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => resolve(port))
    })
  })

// ---- the server ---------------------------------------------------------------------------------

class Server {
  // A fresh store with an operator for each call, served.
  static async start(calls) {
    const s = new Server()
    s.dir = path.join(ROOT, 'data')
    fs.rmSync(ROOT, { recursive: true, force: true })
    fs.mkdirSync(ROOT, { recursive: true })
    run(BIN, ['init', '--data', s.dir, '--profile', path.join(SOURCE, 'bench/profile-voice'), ...(PG ? ['--db', PG] : [])])
    run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '2', '-keyout', path.join(s.dir, 'sip.key'), '-out', path.join(s.dir, 'sip.crt')])
    s.udp = `127.0.0.1:${await freePort()}`
    s.tls = `127.0.0.1:${await freePort()}`
    fs.appendFileSync(path.join(s.dir, 'lexline.yaml'),
      `\nvoice:\n  listen: ["${s.udp};transport=udp", "${s.tls};transport=tls"]\n  tls: {certificate: sip.crt, key: sip.key}\n` +
      `  rtp: 20000-29999\n  max_calls: 5000\n  calls_per_source_s: 10000\n`)
    const cookies = path.join(ROOT, 'cookies')
    run(path.join(SOURCE, 'bench/fill.py'), [PG ?? path.join(s.dir, 'lexline.db'), '0', cookies, String(calls)])
    s.cookies = fs.readFileSync(cookies, 'utf8').trim().split('\n')
    await s.serve()
    return s
  }

  async serve() {
    this.to = `127.0.0.1:${await freePort()}`
    const log = fs.openSync(path.join(ROOT, 'server.log'), 'w')
    const env = { LEXLINE_PROMPTS: path.join(BUILD, 'bench-prompts'), ...process.env }
    this.child = spawn('taskset', ['-c', '0', BIN, 'serve', '--data', this.dir, '--listen', this.to], { stdio: ['ignore', log, log], env })
    for (;;) {
      if (this.child.exitCode !== null) throw new Error(`serve ended: ${fs.readFileSync(path.join(ROOT, 'server.log'), 'utf8')}`)
      try {
        if ((await fetch(`http://${this.to}/healthz`)).ok) break
      } catch {
        await new Promise((r) => setTimeout(r, 20))
      }
    }
  }

  async post(cookie, target) {
    const r = await fetch(`http://${this.to}${target}`, { method: 'POST', headers: { Cookie: `lexline=${cookie}` } })
    if (!r.ok) throw new Error(`${target}: ${r.status} ${await r.text()}`)
    return r.status === 204 ? null : r.json()
  }

  // The same for everybody, sixteen at a time.
  async each(fn) {
    const left = [...this.cookies.entries()]
    const results = []
    await Promise.all(Array.from({ length: 16 }, async () => {
      for (let next; (next = left.shift()); ) results[next[0]] = await fn(next[1])
    }))
    return results
  }

  residentKb() {
    return Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))[1])
  }

  // CPU in ms: of all threads, and of the one that carries the sound
  cpu() {
    const of = (file) => {
      const fields = fs.readFileSync(file, 'utf8').replace(/^.*\) /, '').split(' ')
      return (Number(fields[11]) + Number(fields[12])) * 10
    }
    let voice = 0
    for (const t of fs.readdirSync(`/proc/${this.child.pid}/task`)) {
      const dir = `/proc/${this.child.pid}/task/${t}`
      if (fs.readFileSync(`${dir}/comm`, 'utf8').trim() === 'voice') voice += of(`${dir}/stat`)
    }
    return { all: of(`/proc/${this.child.pid}/stat`), voice }
  }

  // ticks: all, and those that began in time, by bound; late: over 20 ms
  async metrics() {
    const text = await (await fetch(`http://${this.to}/metrics`)).text()
    const value = (name) => Number(new RegExp(`^${name.replace(/[{}"+.]/g, '\\$&')} (\\S+)`, 'm').exec(text)?.[1] ?? 0)
    const late = (bound) => value(`lexline_media_tick_late_seconds_bucket{le="${bound}"}`)
    return { ticks: late('+Inf'), in1: late('0.001'), in5: late('0.005'), late: value('lexline_media_ticks_late_total'), leftOut: value('lexline_media_left_out_ms_total'),
      lost: value('lexline_media_rtp_lost_total') }
  }

  async stop() {
    this.child.kill('SIGKILL')
    if (this.child.exitCode === null) await new Promise((r) => this.child.once('exit', r))
  }
}

// ---- one step -----------------------------------------------------------------------------------

class Load {
  constructor(server, calls, phones) {
    const args = ['--udp', server.udp, '--tls', server.tls, '--phones', phones, '--calls', String(calls), '--rate', RATE, '--seconds', String(SECONDS)]
    this.child = spawn(path.join(BUILD, 'bench/bench-voice'), args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]()
  }

  async line() {
    const { value, done } = await this.lines.next()
    if (done) throw new Error('the load generator ended')
    return value
  }

  async told(what) {
    const line = await this.line()
    if (line !== what) throw new Error(`the load generator says ${line}`)
  }

  goOn() {
    this.child.stdin.write('\n')
  }

  async end() {
    if (this.child.exitCode === null) await new Promise((r) => this.child.once('exit', r))
  }
}

async function step(calls) {
  const idle = JSON.parse(run(path.join(BUILD, 'bench/bench-idle'), ['0', '10']))
  const server = await Server.start(calls)
  try {
    const phones = path.join(ROOT, 'phones')
    const accounts = await server.each((cookie) => server.post(cookie, '/api/line/phone'))
    fs.writeFileSync(phones, accounts.map((a) => `${a.user} ${a.password}`).join('\n'), { mode: 0o600 })
    const load = new Load(server, calls, phones)
    await load.told('registered')
    await server.each(async (cookie) => {
      await server.post(cookie, '/api/line/sign_in')
      await server.post(cookie, '/api/line/ready')
    })
    const before = server.residentKb()
    load.goOn()
    await load.told('talking')
    const [began, cpu] = [await server.metrics(), server.cpu()]
    const figures = JSON.parse(await load.line())
    const [ended, after] = [await server.metrics(), server.cpu()]
    const memory = (server.residentKb() - before) / calls
    await load.end()
    return { ...figures, idle, memory, ticks: ended.ticks - began.ticks, later: (name) => ended.ticks - began.ticks - (ended[name] - began[name]),
      late: ended.late - began.late, leftOut: ended.leftOut - began.leftOut, lost: ended.lost - began.lost,
      cpu: (after.all - cpu.all) / SECONDS / 10, voice: (after.voice - cpu.voice) / SECONDS / 10 }
  } finally {
    await server.stop()
  }
}

// ---- the table ----------------------------------------------------------------------------------

const columns = [
  ['calls', (r) => r.calls],
  ['talking', (r) => Math.min(r.callers_heard, r.operators_heard)],
  ['delay p50', (r) => `${r.delay_ms.p50} ms`],
  ['p99', (r) => `${r.delay_ms.p99} ms`],
  ['p99.9', (r) => `${r.delay_ms.p999} ms`],
  ['not heard', (r) => `${((100 * Math.max(0, r.sent - r.received)) / r.sent).toFixed(2)} %`],
  ['late > 1 ms', (r) => share(r.later('in1'), r.ticks)],
  ['> 5 ms', (r) => share(r.later('in5'), r.ticks)],
  ['> 20 ms', (r) => share(r.late, r.ticks)],
  ['idle > 1 ms', (r) => share(r.idle.later[1], r.idle.wakes)],
  ['> 5 ms', (r) => share(r.idle.later[5], r.idle.wakes)],
  ['> 20 ms', (r) => share(r.idle.later[20], r.idle.wakes)],
  ['voice', (r) => `${r.voice.toFixed(0)} %`],
  ['server', (r) => `${r.cpu.toFixed(0)} %`],
  ['KB/call', (r) => r.memory.toFixed(0)],
  ['180 p50', (r) => `${r.ringing_ms.p50} ms`],
  ['p99', (r) => `${r.ringing_ms.p99} ms`],
]
const share = (part, whole) => `${((100 * part) / whole).toFixed(2)} %`

function table(rows) {
  const widths = columns.map(([head, of]) => Math.max(head.length, ...rows.map((r) => String(of(r)).length)))
  const line = (cells) => cells.map((c, i) => String(c).padStart(widths[i])).join('  ')
  console.log(line(columns.map(([head]) => head)))
  for (const r of rows) console.log(line(columns.map(([, of]) => of(r))))
}

run('ninja', ['-C', BUILD, 'lexline', 'bench/bench-voice', 'bench/bench-idle'])
console.log(`Lexline, whole calls at ${RATE} new ones a second, ${SECONDS} s of talk, the server on one core of ${run('nproc', []).trim()}, ticks of ${TICK_MS} ms\n`)
const rows = []
for (const calls of STEPS) {
  rows.push(await step(calls))
  process.stderr.write(`${JSON.stringify({ ...rows.at(-1), idle: undefined })}\n`)
}
table(rows)
