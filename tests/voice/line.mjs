// A Lexline that takes calls, with people at desk phones: what the tests of the line start with.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import { SOURCE, Server, until } from '../api/harness.mjs'
import { Peer, RATE, readWav, writeWav } from './peer.mjs'

export { until }
const PROFILE = path.join(SOURCE, 'tests/fixtures/profiles/switchboard')

// What is said, as a tone each: who listens knows at once which prompt it is. (Callers play 440, operators 880.)
export const SAID = {
  recording_notice: 500, main_menu: 550, position_before: 600, position_after: 650, callback_offer: 700, callback_kept: 750, please_hold: 800,
  leave_message: 950, closed: 1000, survey: 1050, goodbye: 1150, music: 1250, all_busy: 1350, welcome: 1450, busy: 1550, language_choice: 1650,
  identity_menu: 1750, members_only: 1850,
}

function sayTones(profile) {
  fs.mkdirSync(path.join(profile, 'prompts'))
  for (const [name, hz] of Object.entries(SAID)) {
    const ms = name === 'music' ? 2000 : 600
    const wav = writeWav(Int16Array.from({ length: ms * 8 }, (_, n) => 8000 * Math.sin((2 * Math.PI * hz * n) / RATE)))
    for (const lang of ['zh', 'en']) fs.writeFileSync(path.join(profile, 'prompts', `${name}.${lang}.wav`), wav)
  }
}

// The carriers: peers that stand there before the server starts. → [peers by name, lines for lexline.yaml]
async function openCarriers(line, carriers, more) {
  const peers = {}
  const text = ['voice:', ...more.map((l) => `  ${l}`), '  trunks:']
  for (const [name, { rules = '', transport = 'udp', host = '127.0.0.2', ...options }] of Object.entries(carriers)) {
    peers[name] = line.keep(await Peer.open({ transport, host, user: name, ...options }))
    text.push(`    ${name}: {server: "${peers[name].address}", transport: ${transport}, allow: ["${host}"]${rules && ', '}${rules}}`)
  }
  return [peers, text.join('\n')]
}

export class Line {
  // options: as Server.start(), and profile (default: the switchboard), hotline (text → text: changes hotline.yaml),
  //   tones (true: what is said are the tones of SAID, instead of speech), carriers ({name: {host, transport, rules, …of a Peer}}), voice (lines under `voice:`)
  static async start({ profile: from = PROFILE, hotline, tones = false, carriers, voice = [], config = '', ...options } = {}) {
    const l = new Line()
    l.open = []
    l.profiles = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-profile-'))
    const profile = path.join(l.profiles, path.basename(from))
    fs.cpSync(from, profile, { recursive: true })
    if (hotline) {
      const file = path.join(profile, 'hotline.yaml')
      const text = fs.readFileSync(file, 'utf8')
      const changed = hotline(text)
      assert.notEqual(changed, text, 'hotline.yaml is as it was')
      fs.writeFileSync(file, changed)
    }
    if (tones) sayTones(profile)
    if (carriers) {
      const [peers, text] = await openCarriers(l, carriers, voice)
      l.carriers = peers
      config += text
    } else if (voice.length) config += ['voice:', ...voice.map((v) => `  ${v}`)].join('\n')
    try {
      l.server = await Server.start({ sip: ['udp'], config, ...options, profile })
    } catch (e) {
      for (const o of l.open) o.close()
      throw e
    }
    for (const c of Object.values(l.carriers ?? {})) c.setServer(l.server.sip[c.transport] ?? l.sip)
    return l
  }

  get sip() {
    return this.server.sip.udp
  }

  // Whatever is opened is closed at the end.
  keep(thing) {
    this.open.push(thing)
    return thing
  }

  async peer(options = {}) {
    return this.keep(await Peer.open({ server: this.server.sip[options.transport ?? 'udp'], ...options }))
  }

  // Somebody who calls. → Call
  async call(number = '10001', options = {}) {
    const { transport, host, certificate, ...invite } = options
    const caller = await this.peer({ transport, host, certificate, user: invite.from ?? '13800001234' })
    return caller.invite(number, invite)
  }

  // Signed in to the console, with a desk phone, ready for calls.
  async operator(name, { ready = true, phone = true, transport } = {}) {
    const o = new Operator()
    o.line = this
    o.name = name
    o.api = this.keep(await this.server.as(name))
    o.events = this.keep(await o.api.events())
    if (phone) {
      const account = (await o.post('/api/line/phone')).json
      o.phone = await this.peer({ transport, user: account.user, password: account.password })
      const r = await o.phone.register()
      assert.equal(r.status, 200, String(r))
    }
    await o.post('/api/line/sign_in')
    if (ready) await o.post('/api/line/ready')
    return o
  }

  // Press a key of a menu that comes after prompts of unknown length, as callers do: again until something happens.
  async choose(call, key, happens) {
    let done = false
    const over = happens.finally(() => (done = true))
    over.catch(() => {})
    while (!done && call.state === 'answered') {
      await call.keys(key)
      await Promise.race([over, call.hearsFor(600)])
    }
    return over
  }

  // The call's record, once it is written as `fits` wants it.
  async record(api, fits, what = 'record of the call') {
    return until(async () => {
      const r = await api.get('/api/calls')
      assert.equal(r.status, 200, r.text)
      const row = r.json.items.find(fits)
      return row && (await api.get(`/api/calls/${row.id}`)).json
    }, 30000, what)
  }

  // The line of a call's history, once it is written. api: of who may see the call
  event(api, id, kind) {
    return until(async () => (await api.get(`/api/calls/${id}`)).json?.events?.find((e) => e.kind === kind), 20000, `${kind} in the history of call ${id}`)
  }

  // The newest call of a number that ends so.
  callOf(api, number, fits = () => true) {
    return this.record(api, (c) => c.caller_hint?.endsWith(number.slice(-4)) && fits(c), `call of ${number}`)
  }

  // Its sound, as samples of both channels. → {rate, left, right}
  async recording(api, id, part = 0) {
    const r = await until(async () => {
      const r = await api.get(`/api/calls/${id}/recording?reason=${encodeURIComponent('质检抽查')}&part=${part}`)
      return r.status === 200 && r
    }, 60000, `recording of call ${id}`)
    const { rate, channels } = decode(r.bytes, r.headers['content-type'])
    return { rate, left: channels[0], right: channels[1], headers: r.headers }
  }

  async remove() {
    for (const o of this.open.reverse()) await o.close()
    await this.server?.remove()
    fs.rmSync(this.profiles, { recursive: true, force: true })
  }
}

class Operator {
  async post(target, body, status) {
    const r = await this.api.post(target, body)
    if (status) assert.equal(r.status, status, `${target}: ${r.text}`)
    else assert.ok(r.status < 300, `${target}: ${r.status} ${r.text}`)
    return r
  }

  async state() {
    return (await this.api.get('/api/line')).json
  }

  // Until the line says so of this operator.
  is(state, ms) {
    return until(async () => {
      const s = await this.state()
      return s.state === state && s
    }, ms ?? 20000, `${this.name} is ${state}`)
  }

  // The desk phone rings and is answered; → the phone's Call
  async answer() {
    const leg = await this.phone.incoming()
    leg.ring()
    await leg.answer()
    await this.is('talking')
    return leg
  }

  // Of the call this operator is in. verb: hold, transfer …
  async call(verb, body, status) {
    const { call } = await this.state()
    return this.post(`/api/line/calls/${call.id}/${verb}`, body, status)
  }
}

// Ogg/Opus by opusdec, WAV by ourselves.
export function decode(bytes, type) {
  if (/wav/.test(type)) return readWav(bytes)
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-opus-'))
  try {
    fs.writeFileSync(path.join(dir, 'in.ogg'), bytes)
    const r = spawnSync('opusdec', ['--quiet', '--rate', '8000', path.join(dir, 'in.ogg'), path.join(dir, 'out.wav')], { encoding: 'utf8' })
    assert.equal(r.status, 0, r.stderr)
    return readWav(fs.readFileSync(path.join(dir, 'out.wav')))
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
  }
}
