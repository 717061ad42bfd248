// A scripted SIP party for tests: a caller, a trunk, a registrar, a desk phone, or somebody hostile.
//
//   const caller = await Peer.open({ server: '127.0.0.1:5060' })      // udp; transport: 'tcp' | 'tls'
//   const call = await caller.invite('12348', { from: '13800001234' })
//   await call.answered(); call.play(440); await call.hears(880); await call.keys('1'); await call.ended()
//
//   const phone = await Peer.open({ server, user: 'phone1', password })
//   await phone.register(); const ring = await phone.incoming(); ring.ring(); await ring.answer()
//
// Nothing waits for time to pass: whatever is awaited is an event, and says what it saw instead when it never comes.
import { Call } from './call.mjs'
import { Message, authorisation, format, placeOf, proves, tagOf, token, uriOf, userOf } from './sip.mjs'
import { makeCertificate, openTransport } from './transport.mjs'
import { Watched } from './wait.mjs'

export { makeCertificate, Message, format, token }
export * from './sound.mjs'

const T1 = 500 // ms, RFC 3261 17.1.1.1
const LAST_TRY = 32 // times T1

export class Peer extends Watched {
  // options: server ("HOST:PORT", where it calls and registers), transport, host, user, authUser, password, certificate,
  //   registrar ({user: password}: takes REGISTERs), demands (the same for INVITEs)
  static async open(options = {}) {
    const p = new Peer()
    Object.assign(p, { transport: 'udp', host: '127.0.0.1', user: '13800001234', calls: new Map(), rung: [], transactions: new Map(), answered: new Map(),
      received: [], registrations: new Map() },
      Object.fromEntries(Object.entries(options).filter(([, v]) => v !== undefined)))
    p.authUser ??= p.user
    p.suffix = p.transport === 'udp' ? '' : `;transport=${p.transport}`
    if (options.server) p.setServer(options.server)
    p.link = await openTransport(p.transport, p.host, (bytes, reply) => p.take(bytes, reply), options.certificate)
    p.port = p.link.port
    p.contact = `sip:${encodeURIComponent(p.user)}@${p.host}:${p.port}${p.suffix}`
    return p
  }

  setServer(place) {
    this.server = { ...placeOf(`sip:${place.replace(/^sips?:/, '')}`), transport: this.transport }
  }

  get address() {
    return `${this.host}:${this.port}`
  }

  // Nothing stays: sockets are closed, calls end without a word unless they are hung up before.
  close() {
    for (const c of this.calls.values()) c.end(0, 'closed')
    for (const t of this.transactions.values()) clearTimeout(t.timer)
    for (const c of this.calls.values()) clearTimeout(c.repeat)
    this.transactions.clear()
    this.link.close()
  }

  // ---- what it does ----

  // options: from, display, sdp: false (delayed offer), srtp, payloads, headers, password, callId, lines, events, silent, describeAs(call)
  invite(number, options = {}) {
    return Call.out(this, number, options)
  }

  // REGISTER with digest. → final reply; throws nothing: look at its status
  async register({ expires = 300, password = this.password, contact = this.contact } = {}) {
    this.registerId ??= token()
    this.registerTag ??= token(5)
    this.registerSequence ??= 0
    const uri = `sip:${this.server.host}:${this.server.port}${this.suffix}`
    const once = (authorise) => {
      const number = ++this.registerSequence
      return new Promise((resolve) => this.transact('REGISTER', (branch) => format(`REGISTER ${uri} SIP/2.0`, [
        ['Via', this.via(branch)], ['Max-Forwards', '70'],
        ['From', `<sip:${this.user}@${this.server.host}>;tag=${this.registerTag}`], ['To', `<sip:${this.user}@${this.server.host}>`],
        ['Call-ID', this.registerId], ['CSeq', `${number} REGISTER`], ['Contact', `<${contact}>;expires=${expires}`], ['Expires', String(expires)],
        ['Authorization', authorise],
      ]), this.server, number, (r) => r.status >= 200 && resolve(r)))
    }
    const r = await once()
    if (r.status !== 401) return r
    return once(authorisation(r.get('www-authenticate'), { user: this.authUser, password }, 'REGISTER', uri))
  }

  // A request outside of dialogs. → final reply
  ask(method, { uri, headers = [], body = '', type } = {}) {
    const target = uri ?? `sip:${this.server.host}:${this.server.port}${this.suffix}`
    return new Promise((resolve) => this.transact(method, (branch) => format(`${method} ${target} SIP/2.0`, [
      ['Via', this.via(branch)], ['Max-Forwards', '70'], ['From', `<sip:${this.user}@${this.host}>;tag=${token(5)}`], ['To', `<${target}>`],
      ['Call-ID', token()], ['CSeq', `1 ${method}`], ['Contact', `<${this.contact}>`], ...headers,
    ], body, type), this.server, 1, (r) => r.status >= 200 && resolve(r)))
  }

  options() {
    return this.ask('OPTIONS')
  }

  // Exact bytes to the server or elsewhere.
  raw(bytes, to = this.server) {
    this.link.send(Buffer.from(bytes), to)
  }

  // The next INVITE, past or to come. → Call, not yet answered
  async incoming(ms) {
    return this.until(() => this.rung.shift(), `a call to ${this.user}`, ms)
  }

  // A message that fits, past or to come.
  got(fits, what, ms) {
    return this.until(() => this.received.find(fits), what, ms)
  }

  // Somebody has registered here (options.registrar). → {user, contact}
  registered(user, ms) {
    return this.until(() => (user ? this.registrations.get(user) : [...this.registrations.values()][0]), `a registration of ${user ?? 'anybody'}`, ms)
  }

  // ---- how it does it ----

  via(branch) {
    return `SIP/2.0/${this.transport.toUpperCase()} ${this.host}:${this.port};branch=${branch};rport`
  }

  sendTo(bytes, to) {
    this.link.send(bytes, to)
  }

  // A client transaction: repeated over UDP until something comes. make(branch) → bytes
  transact(method, make, to, sequence, onReply, branch = `z9hG4bK${token()}`) {
    const bytes = make(branch)
    const t = { branch, method, sequence, to, bytes, onReply }
    this.transactions.set(branch + method, t)
    this.sendTo(bytes, to)
    if (this.transport === 'udp') {
      let wait = 1
      const again = () => {
        if (wait >= LAST_TRY) return
        this.sendTo(bytes, to)
        wait *= 2
        t.timer = setTimeout(again, T1 * wait)
        t.timer.unref()
      }
      t.timer = setTimeout(again, T1)
      t.timer.unref()
    }
    return t
  }

  respondTo(m, bytes, reply) {
    const key = m.param('via', 'branch') + m.method
    this.answered.set(key, bytes)
    reply(bytes)
  }

  // A 200 of an INVITE goes out again until its ACK comes, over every transport.
  repeatUntilAck(call, bytes) {
    let wait = 1
    const again = () => {
      if (call.acked || call.state === 'ended' || wait >= LAST_TRY) return
      call.reply(bytes)
      wait *= 2
      call.repeat = setTimeout(again, T1 * wait)
      call.repeat.unref()
    }
    call.acked = false
    call.repeat = setTimeout(again, T1)
    call.repeat.unref()
  }

  take(bytes, reply) {
    const m = Message.parse(bytes)
    if (!m) return
    this.received.push(m)
    if (this.received.length > 400) this.received.shift()
    if (m.status) this.takeReply(m)
    else this.takeRequest(m, reply)
    this.note(String(m))
  }

  takeReply(m) {
    const t = this.transactions.get(m.param('via', 'branch') + m.cseq.method)
    if (!t) return
    clearTimeout(t.timer)
    if (m.status >= 200 && t.done) {
      const call = this.calls.get(m.callId) // our ACK was lost
      if (m.cseq.method === 'INVITE' && m.status < 300 && call?.lastAck?.number === m.cseq.number) this.sendTo(call.lastAck.out, call.next())
      return
    }
    t.done = m.status >= 200
    t.onReply?.(m)
  }

  takeRequest(m, reply) {
    const before = this.answered.get(m.param('via', 'branch') + m.method)
    if (before && m.method !== 'ACK') return reply(before)
    const call = this.calls.get(m.callId)
    if (m.method === 'ACK' && !call) return
    if (call && (tagOf(m.get('to')) || m.method === 'CANCEL')) return call.onRequest(m, reply)
    if (call) return // the INVITE again, before an answer
    if (m.method === 'REGISTER' && this.registrar) return this.takeRegister(m, reply)
    if (m.method === 'INVITE') return this.takeInvite(m, reply)
    if (tagOf(m.get('to'))) return this.simple(m, reply, 481, 'Call/Transaction Does Not Exist')
    if (!this.mute) this.simple(m, reply, 200, 'OK')
  }

  simple(m, reply, status, reason, headers = []) {
    this.respondTo(m, format(`SIP/2.0 ${status} ${reason}`, [
      ...m.all('via').map((v) => ['Via', v]), ['From', m.get('from')],
      ['To', tagOf(m.get('to')) ? m.get('to') : `${m.get('to')};tag=${token(4)}`], ['Call-ID', m.callId], ['CSeq', m.get('cseq')], ...headers,
    ]), reply)
  }

  challenge(m, reply, status, header) {
    this.nonce ??= token()
    this.simple(m, reply, status, status === 401 ? 'Unauthorized' : 'Proxy Authentication Required',
      [[header, `Digest realm="trunk.test", nonce="${this.nonce}", algorithm=MD5, qop="auth"`]])
  }

  takeRegister(m, reply) {
    if (!proves(m.get('authorization'), this.registrar, this.nonce, 'REGISTER')) return this.challenge(m, reply, 401, 'WWW-Authenticate')
    const user = userOf(uriOf(m.get('to')))
    const contact = m.get('contact')
    const expires = Number(/;\s*expires=(\d+)/i.exec(contact ?? '')?.[1] ?? m.get('expires') ?? 3600)
    if (expires > 0) this.registrations.set(user, { user, contact: uriOf(contact), expires })
    else this.registrations.delete(user)
    this.simple(m, reply, 200, 'OK', [['Contact', contact && `<${uriOf(contact)}>;expires=${this.grants ?? expires}`]])
  }

  async takeInvite(m, reply) {
    if (this.demands && !proves(m.get('proxy-authorization'), this.demands, this.nonce, 'INVITE'))
      return this.challenge(m, reply, 407, 'Proxy-Authenticate')
    this.calls.set(m.callId, { onRequest() {}, end() {} }) // while its socket opens
    this.simple100(m, reply)
    const call = await Call.in(this, m, reply)
    this.rung.push(call)
    this.note(`call from ${call.caller}`)
  }

  simple100(m, reply) {
    reply(format('SIP/2.0 100 Trying', [
      ...m.all('via').map((v) => ['Via', v]), ['From', m.get('from')], ['To', m.get('to')], ['Call-ID', m.callId], ['CSeq', m.get('cseq')],
    ]))
  }
}
