// Other people's software at the other end: baresip (a desk phone) and SIPp (a trunk's traffic), headless.
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { RATE, writeWav } from './sound.mjs'
import { Watched } from './wait.mjs'

const MODULES = ['/usr/lib/baresip/modules', ...fs.readdirSync('/usr/lib').map((d) => `/usr/lib/${d}/baresip/modules`)].find((d) => fs.existsSync(d))

async function freePort() {
  const s = net.createServer().listen(0, '127.0.0.1')
  await once(s, 'listening')
  const { port } = s.address()
  s.close()
  await once(s, 'close')
  return port
}

// A baresip that plays a tone and registers at a server. Steered and watched over its control port.
export class Baresip extends Watched {
  // options: server "HOST:PORT", user, password, tone (Hz), srtp, register (false: only calls)
  static async open({ server, user, password = '', tone = 660, srtp = false, register = true, transport = 'udp' }) {
    const b = new Baresip()
    b.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-baresip-'))
    b.events = []
    fs.writeFileSync(path.join(b.dir, 'tone.wav'), writeWav(Int16Array.from({ length: 120 * RATE }, (_, n) => 8000 * Math.sin((2 * Math.PI * tone * n) / RATE))))
    const port = await freePort()
    const wanted = ['g711', 'aufile', 'srtp', 'account', 'menu', 'ctrl_tcp', 'uuid']
    const there = wanted.filter((m) => fs.existsSync(path.join(MODULES, `${m}.so`)))
    const application = new Set(['account', 'menu', 'ctrl_tcp'])
    fs.writeFileSync(path.join(b.dir, 'config'), [
      'poll_method epoll', 'sip_listen 127.0.0.1:0', 'net_interface 127.0.0.1', 'call_local_timeout 120', 'call_max_calls 4',
      `audio_source aufile,${path.join(b.dir, 'tone.wav')}`, `audio_player aufile,${path.join(b.dir, 'heard.wav')}`, `audio_alert aufile,${path.join(b.dir, 'alert.wav')}`,
      'audio_buffer 20-160', 'ausrc_srate 8000', 'auplay_srate 8000', 'ausrc_channels 1', 'auplay_channels 1', 'rtp_timeout 0',
      `ctrl_tcp_listen 127.0.0.1:${port}`, `module_path ${MODULES}`,
      ...there.map((m) => `${application.has(m) ? 'module_app' : 'module'} ${m}.so`), '',
    ].join('\n'))
    const suffix = transport === 'udp' ? '' : `;transport=${transport}`
    fs.writeFileSync(path.join(b.dir, 'accounts'),
      `<sip:${user}@${server}${suffix}>;auth_user=${user};auth_pass=${password};regint=${register ? 300 : 0}` +
      `;audio_codecs=pcma${srtp ? ';mediaenc=srtp-mand' : ''}\n`)
    for (const f of ['contacts', 'uuid']) fs.writeFileSync(path.join(b.dir, f), '')
    b.child = spawn('stdbuf', ['-oL', 'baresip', '-f', b.dir, '-v'], { stdio: ['ignore', 'pipe', 'pipe'] })
    b.exited = once(b.child, 'exit')
    b.log = ''
    for (const s of [b.child.stdout, b.child.stderr])
      s.setEncoding('utf8').on('data', (d) => {
        b.log += d
        b.changed()
      })
    await b.until(() => {
      if (b.child.exitCode !== null) throw new Error(`baresip ended: ${b.log}`)
      return /baresip is ready/.test(b.log)
    }, 'baresip starts')
    b.control = net.connect(port, '127.0.0.1')
    await once(b.control, 'connect')
    let have = ''
    b.control.setEncoding('utf8').on('data', (d) => {
      have += d
      for (let m; (m = /^(\d+):/.exec(have)) && have.length > m[0].length + Number(m[1]); ) {
        const one = JSON.parse(have.slice(m[0].length, m[0].length + Number(m[1])))
        have = have.slice(m[0].length + Number(m[1]) + 1)
        b.events.push(one)
        b.note(one.type ?? one.data)
      }
    })
    b.control.on('error', () => {})
    return b
  }

  // Its commands: "accept", "hangup", "dial" with a number
  do(command, params) {
    const text = JSON.stringify({ command, params })
    this.control.write(`${text.length}:${text},`)
  }

  // An event of baresip, past or to come: REGISTER_OK, CALL_INCOMING, CALL_ESTABLISHED, CALL_CLOSED …
  saw(type, ms) {
    return this.until(() => this.events.find((e) => e.type === type), `${type} of baresip`, ms)
  }

  registered(ms) {
    return this.until(() => /200 OK|bindings?\]/.test(this.log) || this.events.some((e) => e.type === 'REGISTER_OK'), 'baresip registers', ms)
  }

  async close() {
    this.control?.destroy()
    if (this.child.exitCode === null) this.child.kill('SIGKILL') // asked politely it waits for its registrar, which may be gone
    await this.exited
    fs.rmSync(this.dir, { recursive: true, force: true })
  }
}

// SIPp with a built-in or our own scenario until it is through. → {code, out, last: statistics' last line by column}
export async function sipp(args, { scenario, csv } = {}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-sipp-'))
  try {
    const all = ['-i', '127.0.0.1', '-nostdin', ...args]
    if (scenario) {
      fs.writeFileSync(path.join(dir, 'scenario.xml'), scenario)
      all.unshift('-sf', path.join(dir, 'scenario.xml'))
    }
    if (csv) {
      fs.writeFileSync(path.join(dir, 'in.csv'), csv)
      all.push('-inf', path.join(dir, 'in.csv'))
    }
    const child = spawn('sipp', all, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TERM: 'dumb' } })
    let out = ''
    for (const s of [child.stdout, child.stderr]) s.setEncoding('utf8').on('data', (d) => (out = (out + d).slice(-20000)))
    const [code] = await once(child, 'exit')
    return { code, out }
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
  }
}

// The same as a server in the background. → {port, end()}
export async function sippServer(args = ['-sn', 'uas']) {
  const port = await freePort()
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-sipp-'))
  const child = spawn('sipp', [...args, '-i', '127.0.0.1', '-p', String(port), '-nostdin'], { cwd: dir, stdio: 'ignore', env: { ...process.env, TERM: 'dumb' } })
  const exited = once(child, 'exit')
  return {
    port,
    async end() {
      child.kill('SIGKILL')
      await exited
      fs.rmSync(dir, { recursive: true, force: true })
    },
  }
}
