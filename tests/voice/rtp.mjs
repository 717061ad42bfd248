// One party's sound: an RTP socket that sends a frame every 20 ms and listens to what comes.
import dgram from 'node:dgram'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { ALAW, FRAME, RATE, loudness, share, tone, toAlaw, toUlaw, ULAW } from './sound.mjs'
import { Srtp } from './srtp.mjs'
import { Watched } from './wait.mjs'

const KEYS = '0123456789*#ABCD'
const KEPT = RATE * 30 // samples kept of what was heard
const WINDOW = RATE / 10

const running = new Set()
let clock
function tick() {
  const now = performance.now()
  for (const media of running) media.due(now)
  if (running.size === 0) {
    clearInterval(clock)
    clock = undefined
  }
}

export class Media extends Watched {
  static async open(host = '127.0.0.1') {
    const m = new Media()
    m.host = host
    m.socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4')
    m.socket.bind(0, host)
    await once(m.socket, 'listening')
    m.port = m.socket.address().port
    m.socket.on('message', (packet, from) => m.receive(packet, from))
    m.socket.on('error', () => {}) // the peer's port is closed
    m.source = tone(null)
    m.sending = true
    m.remote = null
    m.payload = 8
    m.events = 101
    m.ssrc = randomBytes(4).readUInt32BE()
    m.sequence = randomBytes(2).readUInt16BE() >> 1
    m.timestamp = randomBytes(4).readUInt32BE()
    m.sealing = null // Srtp of ours
    m.opening = null // Srtp of theirs
    m.counts = { received: 0, sent: 0, refused: 0, lost: 0, foreign: 0 }
    m.heard = []
    m.heardSamples = 0
    m.digits = ''
    m.pressing = []
    m.lastSent = null
    m.lastEvent = null
    return m
  }

  start() {
    if (running.has(this)) return
    this.next = performance.now()
    running.add(this)
    clock ??= setInterval(tick, 5)
  }

  close() {
    running.delete(this)
    if (!this.closed) this.socket.close()
    this.closed = true
    for (const k of this.pressing.splice(0)) k.done?.() // nobody hears them any more
    this.changed()
  }

  // A frequency, several at once, null for silence, or a function giving frames of 160 linear samples.
  play(what, level) {
    this.source = typeof what === 'function' ? what : tone(what, level)
  }

  due(now) {
    if (now - this.next > 500) this.next = now // stood still: don't flood
    while (this.next <= now) {
      this.next += 20
      if (this.remote && this.sending) this.frame()
    }
  }

  frame() {
    const samples = this.source()
    if (this.pressing.length) this.pressFrame()
    else {
      const encode = this.payload === 0 ? toUlaw : toAlaw
      this.send(this.payload, Buffer.from(Uint8Array.from(samples, encode)), this.timestamp, this.counts.sent === 0)
    }
    this.timestamp = (this.timestamp + FRAME) >>> 0
  }

  send(payload, body, timestamp, marker) {
    const packet = Buffer.alloc(12 + body.length)
    packet[0] = 0x80
    packet[1] = payload | (marker ? 0x80 : 0)
    packet.writeUInt16BE(this.sequence, 2)
    packet.writeUInt32BE(timestamp, 4)
    packet.writeUInt32BE(this.ssrc, 8)
    body.copy(packet, 12)
    this.sequence = (this.sequence + 1) & 0xffff
    const sealed = this.sealing ? this.sealing.protect(packet) : packet
    this.lastSent = sealed
    this.counts.sent++
    this.sendRaw(sealed)
  }

  // Exact bytes, to where the sound goes.
  sendRaw(bytes) {
    if (!this.closed && this.remote) this.socket.send(bytes, this.remote.port, this.remote.host)
  }

  // Keys as RFC 4733 events of 100 ms, one after the other. Resolves when the last was sent.
  keys(text) {
    return new Promise((resolve) => {
      if (this.closed || !text) return resolve()
      for (const key of text) this.pressing.push({ code: KEYS.indexOf(key), step: 0 })
      this.pressing.at(-1).done = resolve
    })
  }

  pressFrame() {
    const k = this.pressing[0]
    if (k.pause) {
      if (--k.pause === 0) this.pressing.shift()
      return
    }
    if (k.step++ === 0) k.timestamp = this.timestamp
    const last = k.step > 5
    const body = Buffer.from([k.code, (last ? 0x80 : 0) | 10, 0, 0])
    body.writeUInt16BE(Math.min(k.step, 5) * FRAME, 2)
    for (let n = 0; n < (last ? 3 : 1); n++) this.send(this.events, body, k.timestamp, k.step === 1)
    if (last) {
      this.pressing[0] = { pause: 3 }
      k.done?.()
    }
  }

  receive(packet, from) {
    if (this.strict && this.remote && (from.port !== this.remote.port || from.address !== this.remote.host)) return this.counts.foreign++
    if (packet.length < 12 || packet[0] >> 6 !== 2) return
    if (packet[1] >= 192 && packet[1] <= 223) return // RTCP on the same port
    let plain = packet
    if (this.opening) {
      plain = this.opening.unprotect(packet)
      if (!plain) return this.counts.refused++
    }
    this.counts.received++
    this.lastReceived = packet
    const sequence = plain.readUInt16BE(2)
    const ssrc = plain.readUInt32BE(8)
    if (this.expected !== undefined && ssrc === this.from) this.counts.lost += Math.max(0, ((sequence - this.expected + 0x8000) & 0xffff) - 0x8000)
    this.from = ssrc
    this.expected = (sequence + 1) & 0xffff
    const payload = plain[1] & 0x7f
    const body = plain.subarray(12)
    if (payload === this.events) return this.event(body, plain.readUInt32BE(4))
    if (payload !== 0 && payload !== 8) return
    const table = payload === 8 ? ALAW : ULAW
    this.heard.push(Int16Array.from(body, (b) => table[b]))
    this.heardSamples += body.length
    while (this.heardSamples > KEPT) this.heardSamples -= this.heard.shift().length
    this.changed()
  }

  event(body, timestamp) {
    if (body.length < 4 || body[0] > 15 || timestamp === this.lastEvent) return
    this.lastEvent = timestamp
    this.digits += KEYS[body[0]]
    this.note(`key ${KEYS[body[0]]}`)
  }

  // The last n samples heard, or null.
  last(n) {
    const parts = []
    let have = 0
    for (let i = this.heard.length - 1; i >= 0 && have < n; i--) {
      parts.unshift(this.heard[i])
      have += this.heard[i].length
    }
    if (have < n) return null
    const all = new Int16Array(have)
    let at = 0
    for (const p of parts) {
      all.set(p, at)
      at += p.length
    }
    return all.subarray(have - n)
  }

  forget() {
    this.heard = []
    this.heardSamples = 0
  }

  // What comes from now on satisfies `fits` in a window of 100 ms.
  async hearsThat(fits, what, ms) {
    this.forget()
    await this.until(() => {
      const samples = this.last(WINDOW)
      return samples && fits(samples)
    }, what, ms)
  }

  // Each of the frequencies alone or together is most of what comes from now on.
  hears(frequencies, ms) {
    const all = [frequencies].flat()
    return this.hearsThat((s) => {
      const shares = all.map((f) => share(s, f))
      return shares.reduce((a, b) => a + b, 0) > 0.75 && shares.every((v) => v > 0.5 / all.length / 2)
    }, `hears ${all.join(' and ')} Hz`, ms)
  }

  hearsSilence(ms) {
    return this.hearsThat((s) => loudness(s) < 30, 'hears silence', ms)
  }

  // Speech or music: loud, and no plain tone of those that peers play.
  hearsSomething(ms) {
    return this.hearsThat((s) => loudness(s) > 200, 'hears something', ms)
  }

  // Keys that arrived, in order.
  hearsKeys(text, ms) {
    return this.until(() => this.digits.endsWith(text), `hears keys ${text}`, ms)
  }

  seal() {
    this.sealing = new Srtp()
  }
}
