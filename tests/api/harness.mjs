// Starts a Lexline of its own for a test file: fresh data folder, free port, SQLite or PostgreSQL
// (LEXLINE_TEST_DB), and speaks to it: sessions, JSON calls, raw sockets, event streams.
import { spawn, spawnSync } from 'node:child_process'
import dgram from 'node:dgram'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const SOURCE = process.env.LEXLINE_SOURCE ?? path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
export const BIN = process.env.LEXLINE_BIN ?? path.join(SOURCE, 'build/lexline')
export const ON_PG = process.env.LEXLINE_TEST_DB === 'postgresql'
export const FIXTURE_PROFILE = path.join(SOURCE, 'tests/fixtures/profiles/line')

const PLANT = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30)
db.executescript(sys.stdin.read())
db.commit()`

let databases = 0

// A database of its own on the run's PostgreSQL server.
export function freshDatabase(server = process.env.LEXLINE_TEST_PG) {
  const name = `t${process.pid}_${++databases}`
  const made = spawnSync('psql', ['-q', '-d', server, '-c', `CREATE DATABASE ${name}`], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`no database: ${made.stderr}`)
  return server.replace('/postgres?', `/${name}?`)
}

// Run a command of the binary. → {code, stdout, stderr}
export function lexline(args, { input, env } = {}) {
  const r = spawnSync(BIN, args, { encoding: 'utf8', input: input ?? '', env: { ...process.env, ...env }, timeout: 120000 })
  return { code: r.status, stdout: r.stdout, stderr: r.stderr }
}

// The same without waiting in this thread.
export function lexlineAsync(args, { env } = {}) {
  return new Promise((resolve) => {
    const child = spawn(BIN, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (d) => (stdout += d))
    child.stderr.setEncoding('utf8').on('data', (d) => (stderr += d))
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

// A port that is free for UDP and for TCP.
async function freePort() {
  for (;;) {
    const udp = dgram.createSocket('udp4').bind(0, '127.0.0.1')
    await once(udp, 'listening')
    const { port } = udp.address()
    const tcp = net.createServer().listen(port, '127.0.0.1')
    const free = await once(tcp, 'listening').then(() => true, () => false)
    udp.close()
    tcp.close()
    if (free) return port
  }
}

// First passwords as `lexline init` prints them: "  name  password  display name".
function passwordsOf(stdout) {
  const people = {}
  for (const line of stdout.split('\n')) {
    const m = /^ {2}(\S+)\s+(\S+)(?:\s|$)/.exec(line)
    if (m) people[m[1]] = m[2]
  }
  return people
}

export class Server {
  // options: profile, env, db (URL; default by LEXLINE_TEST_DB), config (lines added to lexline.yaml),
  //   sip (transports to take calls on, e.g. ['udp', 'tcp']: s.sip has their addresses)
  static async start(options = {}) {
    const s = new Server()
    s.root = options.root ?? fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-test-'))
    s.dir = path.join(s.root, 'data')
    s.env = options.env ?? {}
    s.limits = options.limits // "ulimit -n 700", for the server only
    s.transports = options.sip ?? []
    s.db = options.db ?? (ON_PG ? freshDatabase() : null)
    const args = ['init', '--data', s.dir, '--profile', options.profile ?? FIXTURE_PROFILE]
    if (s.db) args.push('--db', s.db)
    const made = lexline(args, { env: s.env })
    if (made.code !== 0) throw new Error(`init: ${made.stderr}`)
    s.people = passwordsOf(made.stdout)
    if (options.config) fs.appendFileSync(path.join(s.dir, 'lexline.yaml'), options.config + '\n')
    await s.serve()
    return s
  }

  async serve(listen = '127.0.0.1:0') {
    // A server that a failed test left behind would hold its pipes, and the runner would wait for them.
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL')
      await this.exited
    }
    const limits = this.limits ? `${this.limits}; ` : ''
    // Kept over a restart: telephones and trunks know them.
    this.sip ??= Object.fromEntries(await Promise.all((this.transports ?? []).map(async (t) => [t, `127.0.0.1:${await freePort()}`])))
    const sip = Object.entries(this.sip).flatMap(([t, address]) => ['--sip', `${address};transport=${t}`])
    this.child = spawn('sh', ['-c', `${limits}exec "$0" "$@"`, BIN, 'serve', '--data', this.dir, '--listen', listen, ...sip], {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.log = ''
    this.child.stderr.setEncoding('utf8').on('data', (d) => (this.log += d))
    this.exited = once(this.child, 'exit')
    const line = await new Promise((resolve, reject) => {
      let out = ''
      this.child.stdout.setEncoding('utf8').on('data', (d) => {
        out += d
        if (out.includes('\n')) resolve(out.split('\n')[0])
      })
      this.child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${this.log}`)))
    })
    this.url = line.trim()
    this.port = Number(new URL(this.url).port)
  }

  // Rows of days gone by, written beside the running server. rows: objects by column; no value is a stranger's.
  plant(table, rows) {
    const quote = (v) => (typeof v === 'string' ? `'${v}'` : String(v))
    this.sql(rows.map((r) => `INSERT INTO ${table} (${Object.keys(r).join(', ')}) VALUES (${Object.values(r).map(quote).join(', ')});`).join('\n'))
  }

  // What time would do to the rows, done at once.
  sql(sql) {
    const r = this.db
      ? spawnSync('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-d', this.db, '-c', `SET search_path TO lexline; ${sql}`], { encoding: 'utf8' })
      : spawnSync('python3', ['-c', PLANT, path.join(this.dir, 'lexline.db')], { encoding: 'utf8', input: sql })
    if (r.status !== 0) throw new Error(`sql: ${r.stderr}`)
  }

  // SIGTERM and wait. → exit code
  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode
    this.child.kill('SIGTERM')
    const [code] = await this.exited
    return code
  }

  async kill() {
    this.child.kill('SIGKILL')
    await this.exited
  }

  async restart() {
    await this.stop()
    await this.serve()
  }

  // For after(): whatever happened, nothing stays. A sanitizer looks for leaks only in a program that ends by itself.
  async remove() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      if (process.env.LEXLINE_SANITIZED) {
        const hangs = setTimeout(() => this.child.kill('SIGKILL'), 60000)
        await this.stop()
        clearTimeout(hangs)
      } else await this.kill()
    }
    fs.rmSync(this.root, { recursive: true, force: true })
  }

  client() {
    return new Client(this)
  }

  // A client signed in as one of the profile's people.
  async as(name, password = this.people[name]) {
    const c = this.client()
    const r = await c.signIn(name, password)
    if (r.status !== 200) throw new Error(`sign-in of ${name}: ${r.status} ${r.text}`)
    return c
  }

  // One value of /metrics
  async metric(name) {
    const { text } = await this.client().get('/metrics')
    const m = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)
    return m ? Number(m[1]) : undefined
  }
}

export class Client {
  constructor(server) {
    this.server = server
    this.agent = new http.Agent({ keepAlive: true })
    this.cookie = null
    this.csrf = null
  }

  // → {status, headers, text, json, bytes}
  request(method, target, { body, headers = {}, type } = {}) {
    const bytes = body === undefined ? null : Buffer.isBuffer(body) || typeof body === 'string' ? Buffer.from(body) : Buffer.from(JSON.stringify(body))
    const all = { ...headers }
    if (this.cookie) all.Cookie ??= `lexline=${this.cookie}`
    if (bytes) {
      all['Content-Type'] ??= type ?? 'application/json'
      all['Content-Length'] ??= bytes.length
    }
    return new Promise((resolve, reject) => {
      const q = http.request(new URL(target, this.server.url), { method, headers: all, agent: this.agent }, (res) => {
        const chunks = []
        res.on('data', (d) => chunks.push(d))
        res.on('error', reject)
        res.on('end', () => {
          const raw = Buffer.concat(chunks)
          const text = raw.toString('utf8')
          let json
          if (/json/.test(res.headers['content-type'] ?? '')) json = JSON.parse(text)
          resolve({ status: res.statusCode, headers: res.headers, text, json, bytes: raw })
        })
      })
      q.on('error', reject)
      q.end(bytes ?? undefined)
    })
  }

  get(target, options) {
    return this.request('GET', target, options)
  }
  post(target, body, options) {
    return this.request('POST', target, { body: body ?? {}, ...options })
  }
  patch(target, body, options) {
    return this.request('PATCH', target, { body, ...options })
  }
  put(target, body, options) {
    return this.request('PUT', target, { body, ...options })
  }
  delete(target, options) {
    return this.request('DELETE', target, options)
  }

  async signIn(name, password, more = {}) {
    const r = await this.post('/api/session', { name, password, ...more })
    const m = /lexline=([^;]+)/.exec(String(r.headers['set-cookie'] ?? ''))
    if (r.status === 200 && m) {
      this.cookie = m[1]
      this.csrf = r.json.csrf
      this.person = r.json.person
    }
    return r
  }

  // An open event stream.
  events(options = {}) {
    return EventStream.open(this, options)
  }

  close() {
    this.agent.destroy()
  }
}

export class EventStream {
  static open(client, { since, lastEventId, headers = {} } = {}) {
    const s = new EventStream()
    s.all = []
    s.waiting = []
    s.ended = false
    const all = { Accept: 'text/event-stream', ...headers }
    if (client.cookie) all.Cookie = `lexline=${client.cookie}`
    if (lastEventId) all['Last-Event-ID'] = lastEventId
    return new Promise((resolve, reject) => {
      s.request = http.get(new URL('/api/events' + (since ? `?since=${since}` : ''), client.server.url), { headers: all, agent: false }, (res) => {
        s.status = res.statusCode
        s.headers = res.headers
        s.response = res
        let text = ''
        res.setEncoding('utf8').on('data', (d) => {
          text += d
          let end
          while ((end = text.indexOf('\n\n')) >= 0) {
            s.take(text.slice(0, end))
            text = text.slice(end + 2)
          }
        })
        const over = () => {
          s.ended = true
          s.wake()
        }
        res.on('end', over)
        res.on('close', over)
        res.on('error', over)
        resolve(s)
      })
      s.request.on('error', (e) => (s.response ? s.wake() : reject(e)))
    })
  }

  take(block) {
    const e = { at: Date.now() }
    for (const line of block.split('\n')) {
      const m = /^(\w*): ?(.*)$/.exec(line)
      if (m) e[m[1] === '' ? 'comment' : m[1]] = m[2]
    }
    if (e.data) e.json = JSON.parse(e.data)
    this.all.push(e)
    this.wake()
  }

  wake() {
    this.waiting.splice(0).forEach((f) => f())
  }

  // The first event that fits, past or to come. → null when the stream ended or time is up
  async find(fits, ms = 60000) {
    const until = Date.now() + ms
    for (;;) {
      const e = this.all.find(fits)
      if (e) return e
      const left = until - Date.now()
      if (this.ended || left <= 0) return null
      await new Promise((resolve) => {
        const t = setTimeout(resolve, left)
        this.waiting.push(() => {
          clearTimeout(t)
          resolve()
        })
      })
    }
  }

  // Resolves when the server ended it.
  async end(ms = 60000) {
    const until = Date.now() + ms
    while (!this.ended && Date.now() < until)
      await new Promise((resolve) => {
        const t = setTimeout(resolve, until - Date.now())
        this.waiting.push(() => (clearTimeout(t), resolve()))
      })
    return this.ended
  }

  close() {
    this.request.destroy()
  }
}

// Exact bytes over a socket. → {status, text, closed}; waits for the end of the connection, or for `ms` of silence
// after the first answer, which may take its time.
export function raw(port, bytes, ms = 3000, first = 60000) {
  return new Promise((resolve) => {
    const s = net.connect(port, '127.0.0.1')
    const chunks = []
    let closed = false
    let timer
    const done = () => {
      clearTimeout(timer)
      s.destroy()
      const text = Buffer.concat(chunks).toString('latin1')
      resolve({ status: Number(/^HTTP\/1\.\d (\d+)/.exec(text)?.[1] ?? 0), text, closed })
    }
    const wait = (limit = ms) => {
      clearTimeout(timer)
      timer = setTimeout(done, limit)
    }
    s.on('connect', () => {
      s.write(bytes)
      wait(first)
    })
    s.on('data', (d) => {
      chunks.push(d)
      wait()
    })
    s.on('close', () => {
      closed = true
      done()
    })
    s.on('error', () => {})
  })
}

// Wait until something is true; fails loudly when it never is.
export async function until(check, ms = 60000, what = 'condition') {
  const end = Date.now() + ms
  for (;;) {
    const v = await check()
    if (v) return v
    if (Date.now() > end) throw new Error(`never: ${what}`)
    await new Promise((r) => setTimeout(r, 50))
  }
}
