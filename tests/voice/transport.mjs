// How a peer's messages travel: UDP, TCP or TLS. A TCP or TLS peer listens too, and uses a connection that is there.
import dgram from 'node:dgram'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import tls from 'node:tls'
import { spawnSync } from 'node:child_process'

// A certificate signed by itself, for as many tests as like. → {key, cert, certFile}
export function makeCertificate(name = '127.0.0.1') {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-cert-'))
  const [key, cert] = [path.join(dir, 'key.pem'), path.join(dir, 'cert.pem')]
  const subject = /^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', `/CN=${name}`, '-addext', `subjectAltName=${subject}`, '-keyout', key, '-out', cert], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`)
  return { key: fs.readFileSync(key), cert: fs.readFileSync(cert), keyFile: key, certFile: cert, remove: () => fs.rmSync(dir, { recursive: true }) }
}

class Udp {
  static async open(host, take) {
    const t = new Udp()
    t.socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4')
    t.socket.bind(0, host)
    await once(t.socket, 'listening')
    t.port = t.socket.address().port
    t.socket.on('message', (bytes, from) => take(bytes, (reply) => t.send(reply, { host: from.address, port: from.port })))
    t.socket.on('error', () => {})
    return t
  }

  send(bytes, to) {
    if (!this.closed) this.socket.send(bytes, to.port, to.host)
  }

  close() {
    if (!this.closed) this.socket.close()
    this.closed = true
  }
}

class Stream {
  connections = new Map()
  all = new Set()

  static async open(host, take, certificate) {
    const t = new Stream()
    t.host = host
    t.take = take
    t.certificate = certificate
    const serve = (socket) => t.feed(socket)
    t.server = certificate ? tls.createServer({ key: certificate.key, cert: certificate.cert }, serve) : net.createServer(serve)
    t.server.on('tlsClientError', () => {})
    t.server.listen(0, host)
    await once(t.server, 'listening')
    t.port = t.server.address().port
    return t
  }

  // Cut the stream into messages by Content-Length.
  feed(socket, key) {
    let have = Buffer.alloc(0)
    this.all.add(socket)
    socket.on('data', (d) => {
      have = Buffer.concat([have, d])
      for (;;) {
        while (have.length >= 2 && have[0] === 13 && have[1] === 10) have = have.subarray(2) // keep-alive
        const end = have.indexOf('\r\n\r\n')
        if (end < 0) return
        const length = Number(/^(?:content-length|l)\s*:\s*(\d+)/im.exec(have.toString('latin1', 0, end))?.[1] ?? 0)
        if (have.length < end + 4 + length) return
        const one = have.subarray(0, end + 4 + length)
        have = have.subarray(end + 4 + length)
        this.take(one, (reply) => socket.write(reply))
      }
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.all.delete(socket)
      if (key && this.connections.get(key) === socket) this.connections.delete(key)
    })
  }

  send(bytes, to) {
    if (this.closed) return
    const key = `${to.host}:${to.port}`
    let socket = this.connections.get(key)
    if (!socket) {
      socket = this.certificate
        ? tls.connect({ host: to.host, port: to.port, localAddress: this.host, key: this.certificate.key, cert: this.certificate.cert, rejectUnauthorized: false })
        : net.connect({ host: to.host, port: to.port, localAddress: this.host })
      this.connections.set(key, socket)
      this.feed(socket, key)
    }
    socket.write(bytes)
  }

  close() {
    this.closed = true
    this.server.close()
    for (const s of this.all) s.destroy()
  }
}

// take(bytes, reply) is called for every message.
export function openTransport(kind, host, take, certificate) {
  if (kind === 'udp') return Udp.open(host, take)
  return Stream.open(host, take, kind === 'tls' ? (certificate ?? makeCertificate(host)) : null)
}
