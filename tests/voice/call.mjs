// One call of a scripted peer: an INVITE dialog and its sound. Made by Peer.invite() and Peer.incoming().
import { Media } from './rtp.mjs'
import { authorisation, describe, format, placeOf, tagOf, token, understand, uriOf } from './sip.mjs'
import { Srtp } from './srtp.mjs'
import { Watched } from './wait.mjs'

export class Call extends Watched {
  constructor(peer, options) {
    super()
    Object.assign(this, { peer, options, state: 'new', sequence: Math.floor(Math.random() * 1000) + 1, route: [], statuses: [], messages: [] })
    this.version = 1
    this.direction = 'sendrecv'
  }

  // ---- the calling side ----

  static async out(peer, number, options) {
    const c = new Call(peer, options)
    const at = peer.server
    c.outgoing = true
    c.id = options.callId ?? `${token()}@${peer.host}`
    c.localTag = token(5)
    c.target = /^sips?:/.test(number) ? number : `sip:${number}@${at.host}:${at.port}${peer.suffix}`
    c.local = `${options.display ? `"${options.display}" ` : ''}<sip:${options.from ?? peer.user}@${peer.host}:${peer.port}>;tag=${c.localTag}`
    c.remote = `<${c.target}>`
    c.media = await Media.open(peer.host)
    if (options.srtp) c.media.seal()
    peer.calls.set(c.id, c)
    c.sendInvite(options.sdp === false ? '' : c.offer())
    return c
  }

  offer(direction = this.direction) {
    const { payloads, lines, events, describeAs } = this.options
    if (describeAs) return describeAs(this)
    return describe({ host: this.options.mediaHost ?? this.peer.host, port: this.media.port, payloads, events, direction, version: this.version++,
      crypto: this.media.sealing?.attribute(this.cryptoTag ?? 1), lines })
  }

  sendInvite(body, more = []) {
    this.inviteBody = body
    this.inviteMore = more
    this.invite = this.request('INVITE', { body, headers: [...(this.options.headers ?? []), ...more] }, (r) => this.onInviteReply(r))
    return this.invite
  }

  // A request in the dialog. → its transaction {branch, sequence, bytes}
  request(method, { body = '', type, headers = [], sequence, remote, local, to } = {}, onReply) {
    const number = sequence ?? ++this.sequence
    const bytes = (branch) => format(`${method} ${this.target} SIP/2.0`, [
      ['Via', `SIP/2.0/${this.peer.transport.toUpperCase()} ${this.peer.host}:${this.peer.port};branch=${branch};rport`],
      ...this.route.map((r) => ['Route', r]),
      ['Max-Forwards', '70'],
      ['From', local ?? this.local],
      ['To', remote ?? this.remote],
      ['Call-ID', this.id],
      ['CSeq', `${number} ${method}`],
      ['Contact', `<${this.peer.contact}>`],
      ['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, REFER, NOTIFY, INFO'],
      ['User-Agent', 'lexline-peer'],
      ...headers,
    ], body, type)
    return this.peer.transact(method, bytes, to ?? this.next(), number, onReply)
  }

  next() {
    if (this.route.length) return placeOf(uriOf(this.route[0]))
    return this.outgoing && !this.established && this.peer.transport !== 'udp' ? this.peer.server : placeOf(this.target)
  }

  onInviteReply(r) {
    const again = this.state === 'answered' // of a re-INVITE
    this.statuses.push(r.status)
    this.messages.push(r)
    if (r.status > 100) this.remote = r.get('to')
    if (r.status < 200) {
      if (r.get('contact')) this.target = uriOf(r.get('contact'))
      if (r.body) this.useAnswer(r)
      return this.note(String(r))
    }
    if (r.status >= 300) {
      this.ack(r, false)
      const password = this.options.password ?? this.peer.password
      if ((r.status === 401 || r.status === 407) && password !== undefined && !this.tried) {
        this.tried = true
        const header = authorisation(r.get(r.status === 401 ? 'www-authenticate' : 'proxy-authenticate'),
          { user: this.peer.authUser, password }, 'INVITE', this.target)
        this.remote = again ? this.remote : `<${this.target}>`
        this.sendInvite(this.inviteBody, [...this.inviteMore, [r.status === 401 ? 'Authorization' : 'Proxy-Authorization', header]])
        return this.note(String(r))
      }
      if (!again) this.end(r.status, r.reason)
      this.reinvited?.(r)
      return this.note(String(r))
    }
    this.tried = false
    if (!again) this.route = r.all('record-route').flatMap((v) => v.split(/,\s*(?=<)/)).reverse()
    this.target = uriOf(r.get('contact') ?? this.target)
    this.established = true
    const delayed = !this.inviteBody
    if (r.body) this.useAnswer(r)
    this.ack(r, true, delayed ? this.offer() : '')
    if (delayed) this.media.start()
    if (this.state === 'cancelled') return this.hangUp()
    this.state = 'answered'
    this.reinvited?.(r)
    this.note(String(r))
  }

  ack(r, fresh, body = '') {
    const bytes = (branch) => format(`ACK ${this.target} SIP/2.0`, [
      ['Via', `SIP/2.0/${this.peer.transport.toUpperCase()} ${this.peer.host}:${this.peer.port};branch=${branch};rport`],
      ...this.route.map((v) => ['Route', v]),
      ['Max-Forwards', '70'], ['From', this.local], ['To', r.get('to')], ['Call-ID', this.id], ['CSeq', `${r.cseq.number} ACK`],
    ], body)
    const out = bytes(fresh ? `z9hG4bK${token()}` : this.invite.branch)
    if (fresh) this.lastAck = { number: r.cseq.number, out }
    if (!this.options.noAck) this.peer.sendTo(out, this.next())
  }

  useAnswer(m) {
    const theirs = understand(m.body)
    if (!theirs) return
    this.theirs = theirs
    const media = this.media
    if (theirs.host && theirs.port) media.remote = { host: theirs.host, port: theirs.port }
    media.payload = theirs.payloads.find((p) => (this.options.payloads ?? [8, 0]).includes(p)) ?? media.payload
    media.events = theirs.events ?? media.events
    media.sending = /^(sendrecv|recvonly)$/.test(theirs.direction) && /^(sendrecv|sendonly)$/.test(this.direction)
    if (theirs.crypto.length) {
      if (!media.sealing) media.seal()
      const chosen = theirs.crypto.find((c) => c.includes('AES_CM_128_HMAC_SHA1_80'))
      if (chosen && chosen !== this.theirCrypto) media.opening = Srtp.fromAttribute(chosen)
      this.theirCrypto = chosen
      this.cryptoTag = Number(/^\d+/.exec(chosen)?.[0] ?? 1)
    }
    if (!this.options.silent) media.start()
  }

  async cancel() {
    this.state = 'cancelled'
    const { branch, sequence, to } = this.invite
    const bytes = () => format(`CANCEL ${this.target} SIP/2.0`, [
      ['Via', `SIP/2.0/${this.peer.transport.toUpperCase()} ${this.peer.host}:${this.peer.port};branch=${branch};rport`],
      ['Max-Forwards', '70'], ['From', this.local], ['To', `<${uriOf(this.remote)}>`], ['Call-ID', this.id], ['CSeq', `${sequence} CANCEL`],
    ])
    await new Promise((resolve) => this.peer.transact('CANCEL', bytes, to, sequence, resolve, branch))
  }

  // ---- the called side ----

  static async in(peer, m, reply) {
    const c = new Call(peer, {})
    c.id = m.callId
    c.localTag = token(5)
    c.outgoing = false
    c.local = `${m.get('to')};tag=${c.localTag}`
    c.remote = m.get('from')
    c.called = uriOf(m.get('to'))
    c.caller = uriOf(m.get('from'))
    c.target = uriOf(m.get('contact'))
    c.route = m.all('record-route').flatMap((v) => v.split(/,\s*(?=<)/))
    c.message = m
    c.reply = reply
    c.established = true
    peer.calls.set(c.id, c)
    c.media = await Media.open(peer.host)
    c.offered = Boolean(m.body)
    if (c.offered && understand(m.body)?.crypto.length) c.media.seal()
    return c
  }

  respond(status, reason, { body = '', headers = [], to = this.message } = {}) {
    const out = format(`SIP/2.0 ${status} ${reason}`, [
      ...to.all('via').map((v) => ['Via', v]),
      ...to.all('record-route').map((v) => ['Record-Route', v]),
      ['From', to.get('from')],
      ['To', status > 100 && !tagOf(to.get('to')) ? `${to.get('to')};tag=${this.localTag}` : to.get('to')],
      ['Call-ID', this.id], ['CSeq', to.get('cseq')],
      ['Contact', `<${this.peer.contact}>`],
      ['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, REFER, NOTIFY, INFO'],
      ...headers,
    ], body)
    this.peer.respondTo(to, out, this.replies?.get(to) ?? this.reply)
    return out
  }

  ring() {
    this.respond(180, 'Ringing')
  }

  early() {
    this.useAnswer(this.message)
    this.respond(183, 'Session Progress', { body: this.offer() })
  }

  // options: srtp (an INVITE without offer), headers
  async answer(options = {}) {
    if (options.srtp) this.media.seal()
    if (this.offered) this.useAnswer(this.message)
    const out = this.respond(200, 'OK', { body: this.offer(), headers: options.headers })
    this.peer.repeatUntilAck(this, out)
    await this.until(() => this.acked, `ACK of ${this.caller}`)
    if (this.state === 'new') this.state = 'answered'
    if (!this.theirs && this.ackMessage?.body) this.useAnswer(this.ackMessage)
    return this
  }

  refuse(status = 486, reason = 'Busy Here') {
    this.respond(status, reason)
    this.end(status, reason)
  }

  // ---- both ----

  // A request of the other side within this dialog.
  onRequest(m, reply) {
    this.messages.push(m)
    const ok = (body, headers) => this.respondOther(m, reply, 200, 'OK', body, headers)
    switch (m.method) {
      case 'ACK':
        this.acked = true
        this.ackMessage = m
        if (m.body && this.offerlessReinvite) this.useAnswer(m)
        break
      case 'BYE':
        ok()
        this.end(0, 'bye')
        break
      case 'CANCEL':
        ok()
        if (this.state === 'new') {
          this.respond(487, 'Request Terminated')
          this.end(487, 'cancelled')
        }
        break
      case 'INVITE':
      case 'UPDATE':
        this.reply = reply
        if (m.get('contact')) this.target = uriOf(m.get('contact'))
        if (m.body) this.useAnswer(m)
        this.heldByPeer = /^(sendonly|inactive)$/.test(understand(m.body)?.direction ?? '')
        this.offerlessReinvite = !m.body && m.method === 'INVITE'
        ok(m.body || m.method === 'INVITE' ? this.offer(this.heldByPeer ? 'recvonly' : this.direction) : '',
          m.get('session-expires') ? [['Session-Expires', m.get('session-expires')], ['Require', 'timer']] : [])
        break
      default:
        ok()
    }
    this.note(String(m))
  }

  respondOther(m, reply, status, reason, body, headers = []) {
    this.peer.respondTo(m, format(`SIP/2.0 ${status} ${reason}`, [
      ...m.all('via').map((v) => ['Via', v]), ['From', m.get('from')], ['To', m.get('to')],
      ['Call-ID', m.callId], ['CSeq', m.get('cseq')], ['Contact', `<${this.peer.contact}>`], ...headers,
    ], body), reply)
  }

  // The other side sends such a request. → Message
  requested(method, ms) {
    return this.until(() => this.messages.find((m) => m.method === method), `${method} in the call`, ms)
  }

  ringing(ms) {
    return this.until(() => {
      this.failIfEnded('ringing')
      return this.statuses.some((s) => s === 180 || s === 183) || this.state === 'answered'
    }, '180', ms)
  }

  progress(ms) {
    return this.until(() => this.statuses.includes(183), '183', ms)
  }

  async answered(ms) {
    await this.until(() => {
      this.failIfEnded('answered')
      return this.state === 'answered'
    }, '200', ms)
    return this
  }

  failIfEnded(what) {
    if (this.state === 'ended') throw new Error(`never ${what}: ended with ${this.ending.status} ${this.ending.reason}`)
  }

  // → {status, reason}: 0 bye, or what it was refused with
  async ended(ms) {
    await this.until(() => this.state === 'ended', 'the end of the call', ms)
    return this.ending
  }

  end(status, reason) {
    if (this.state === 'ended') return
    this.state = 'ended'
    this.ending = { status, reason }
    this.media?.close()
    this.note(`ended ${status} ${reason}`)
  }

  // BYE, CANCEL or a refusal, whatever fits. Resolves when it is done.
  async hangUp() {
    if (this.state === 'ended') return
    if (this.state === 'new' && this.outgoing) {
      await this.cancel()
      return this.ended()
    }
    if (this.state === 'new') return this.refuse(603, 'Decline')
    await this.ask('BYE')
    this.end(0, 'local')
  }

  // A request and its final answer.
  ask(method, options) {
    return new Promise((resolve) => this.request(method, options, (r) => r.status >= 200 && resolve(r)))
  }

  // A new offer; → the answer's message. direction: sendonly holds.
  reinvite({ direction = 'sendrecv', sdp = true, headers } = {}) {
    this.direction = direction
    return new Promise((resolve) => {
      this.reinvited = (r) => {
        this.reinvited = null
        resolve(r)
      }
      this.sendInvite(sdp ? this.offer(direction) : '', headers)
    })
  }

  hold() {
    return this.reinvite({ direction: 'sendonly' })
  }

  resume() {
    return this.reinvite({ direction: 'sendrecv' })
  }

  // Ask the other side to call somebody else. replaces: a call of ours that it shall take over (attended)
  refer(target, { replaces } = {}) {
    let to = /^sips?:/.test(target) ? target : `sip:${target}@${this.peer.server.host}:${this.peer.server.port}`
    if (replaces) {
      const value = `${replaces.id};to-tag=${tagOf(replaces.remote)};from-tag=${replaces.localTag}`
      to += `?Replaces=${encodeURIComponent(value)}`
    }
    return this.ask('REFER', { headers: [['Refer-To', `<${to}>`], ['Referred-By', `<${this.peer.contact}>`]] })
  }

  // ---- sound ----

  play(what, level) {
    this.media.play(what, level)
  }
  hears(frequencies, ms) {
    return this.media.hears(frequencies, ms)
  }
  hearsSilence(ms) {
    return this.media.hearsSilence(ms)
  }
  hearsSomething(ms) {
    return this.media.hearsSomething(ms)
  }
  // Resolves when so much more sound has come, or the call has ended.
  hearsFor(ms) {
    const from = this.media.counts.received
    return this.media.until(() => this.media.closed || this.media.counts.received - from >= ms / 20, `${ms} ms of sound`)
  }
  keys(text) {
    return this.media.keys(text)
  }
  hearsKeys(text, ms) {
    return this.media.hearsKeys(text, ms)
  }
}
