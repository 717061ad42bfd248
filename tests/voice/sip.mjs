// SIP's grammar as far as a peer needs it: messages, digest, SDP.
import { createHash, randomBytes } from 'node:crypto'

const COMPACT = { v: 'via', f: 'from', t: 'to', i: 'call-id', m: 'contact', l: 'content-length', c: 'content-type', k: 'supported', r: 'refer-to', b: 'referred-by', x: 'session-expires' }

export const token = (n = 8) => randomBytes(n).toString('hex')

export class Message {
  // → Message, or null when it is none
  static parse(bytes) {
    const text = bytes.toString('latin1')
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) return null
    const lines = text.slice(0, end).replace(/\r\n[ \t]+/g, ' ').split('\r\n')
    const m = new Message()
    const first = lines.shift()
    const reply = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(first)
    const request = /^([A-Za-z]+) (\S+) SIP\/2\.0$/.exec(first)
    if (reply) [m.status, m.reason] = [Number(reply[1]), reply[2]]
    else if (request) [m.method, m.uri] = [request[1], request[2]]
    else return null
    m.headers = lines.map((line) => {
      const at = line.indexOf(':')
      const name = line.slice(0, at).trim().toLowerCase()
      return [COMPACT[name] ?? name, line.slice(at + 1).trim()]
    })
    m.body = bytes.subarray(end + 4).toString('utf8')
    return m
  }

  get(name) {
    return this.headers.find(([n]) => n === name)?.[1]
  }

  all(name) {
    return this.headers.filter(([n]) => n === name).map(([, v]) => v)
  }

  param(name, parameter) {
    return new RegExp(`[;?&]\\s*${parameter}="?([^;,"\\s>]+)`, 'i').exec(this.get(name) ?? '')?.[1]
  }

  get cseq() {
    const m = /^(\d+)\s+(\S+)/.exec(this.get('cseq') ?? '')
    return m ? { number: Number(m[1]), method: m[2] } : { number: 0, method: '' }
  }

  get callId() {
    return this.get('call-id')
  }

  toString() {
    return this.status ? `${this.status} ${this.reason} (${this.cseq.method})` : `${this.method} ${this.uri}`
  }
}

// Bytes of a message. Lines without value are left out.
export function format(first, headers, body = '', type = 'application/sdp') {
  const lines = [first]
  for (const [name, value] of headers) if (value !== undefined && value !== null) lines.push(`${name}: ${value}`)
  if (body) lines.push(`Content-Type: ${type}`)
  lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  return Buffer.from(lines.join('\r\n') + '\r\n\r\n' + body)
}

export const uriOf = (address) => /<([^>]+)>/.exec(address)?.[1] ?? address?.split(';')[0].trim()
export const tagOf = (address) => /;\s*tag=([^;\s>]+)/i.exec(address ?? '')?.[1]
export const userOf = (uri) => /^sips?:([^@;>]+)@/.exec(uri ?? '')?.[1]

// "sip:1@127.0.0.1:5060;transport=tcp" → {host, port, transport}
export function placeOf(uri) {
  const m = /^(sips?):(?:[^@]*@)?(\[[^\]]+\]|[^:;?>]+)(?::(\d+))?([^?>]*)/.exec(uri)
  const transport = /;transport=(\w+)/i.exec(m[4])?.[1].toLowerCase() ?? (m[1] === 'sips' ? 'tls' : 'udp')
  return { host: m[2].replace(/[[\]]/g, ''), port: Number(m[3] ?? (transport === 'tls' ? 5061 : 5060)), transport }
}

function fields(text) {
  const found = {}
  for (const m of text.matchAll(/(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/g)) found[m[1].toLowerCase()] = m[2] ?? m[3]
  return found
}

function responseOf(f, password, method) {
  const hash = (s) => createHash(/sha-256/i.test(f.algorithm ?? '') ? 'sha256' : 'md5').update(s).digest('hex')
  const secret = hash(`${f.username}:${f.realm}:${password}`)
  const what = hash(`${method}:${f.uri}`)
  return f.qop ? hash(`${secret}:${f.nonce}:${f.nc}:${f.cnonce}:${f.qop}:${what}`) : hash(`${secret}:${f.nonce}:${what}`)
}

// The header that answers a challenge.
export function authorisation(challenge, { user, password }, method, uri, count = 1) {
  const c = fields(challenge)
  const f = { username: user, realm: c.realm, nonce: c.nonce, uri, algorithm: c.algorithm, opaque: c.opaque }
  if (/\bauth\b/.test(c.qop ?? '')) Object.assign(f, { qop: 'auth', nc: String(count).padStart(8, '0'), cnonce: token() })
  f.response = responseOf(f, password, method)
  const bare = new Set(['qop', 'nc', 'algorithm'])
  return 'Digest ' + Object.entries(f).filter(([, v]) => v !== undefined).map(([k, v]) => (bare.has(k) ? `${k}=${v}` : `${k}="${v}"`)).join(', ')
}

// Does the header prove the password? passwords: {user: password}
export function proves(header, passwords, nonce, method) {
  if (!header) return false
  const f = fields(header)
  return f.nonce === nonce && passwords[f.username] !== undefined && f.response === responseOf(f, passwords[f.username], method)
}

// Our session description. direction: sendrecv, sendonly, recvonly, inactive
export function describe({ host, port, payloads = [8, 0], direction = 'sendrecv', crypto, version = 1, events = 101, lines = [] }) {
  const names = { 0: 'PCMU/8000', 8: 'PCMA/8000', 18: 'G729/8000', 9: 'G722/8000' }
  const all = [...payloads, ...(events ? [events] : [])]
  return [
    'v=0', `o=peer 1 ${version} IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0',
    `m=audio ${port} RTP/${crypto ? 'S' : ''}AVP ${all.join(' ')}`,
    ...payloads.map((p) => `a=rtpmap:${p} ${names[p]}`),
    ...(events ? [`a=rtpmap:${events} telephone-event/8000`, `a=fmtp:${events} 0-15`] : []),
    ...(crypto ? [`a=crypto:${crypto}`] : []),
    'a=ptime:20', `a=${direction}`, ...lines,
  ].join('\r\n') + '\r\n'
}

// Theirs. → {host, port, payloads, events, crypto, direction}
export function understand(sdp) {
  const lines = sdp.split(/\r?\n/)
  const from = lines.findIndex((l) => l.startsWith('m=audio'))
  if (from < 0) return null
  const m = /^m=audio (\d+) (\S+) ([\d ]+)/.exec(lines[from])
  const rest = lines.slice(from + 1)
  const until = rest.findIndex((l) => l.startsWith('m='))
  const mine = until < 0 ? rest : rest.slice(0, until)
  const c = [...mine, ...lines.slice(0, from)].find((l) => l.startsWith('c='))
  const event = mine.map((l) => /^a=rtpmap:(\d+) telephone-event\/8000/i.exec(l)).find(Boolean)
  return {
    host: /^c=IN IP[46] ([^/\s]+)/.exec(c ?? '')?.[1],
    port: Number(m[1]),
    profile: m[2],
    payloads: m[3].trim().split(' ').map(Number),
    events: event ? Number(event[1]) : null,
    crypto: mine.filter((l) => l.startsWith('a=crypto:')).map((l) => l.slice(9)),
    direction: [...mine, ...lines.slice(0, from)].map((l) => /^a=(sendrecv|sendonly|recvonly|inactive)\b/.exec(l)?.[1]).find(Boolean) ?? 'sendrecv',
  }
}
