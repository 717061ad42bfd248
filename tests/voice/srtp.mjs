// SRTP, AES_CM_128_HMAC_SHA1_80 (RFC 3711), with keys from the SDP (RFC 4568). Only RTP, no RTCP.
import { createCipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const SUITE = 'AES_CM_128_HMAC_SHA1_80'

function derive(key, salt, label, length) {
  const iv = Buffer.alloc(16)
  salt.copy(iv)
  iv[7] ^= label
  const c = createCipheriv('aes-128-ctr', key, iv)
  return c.update(Buffer.alloc(length))
}

export class Srtp {
  #rollover = 0
  #highest = null

  constructor(master = randomBytes(30)) {
    this.master = master
    const key = master.subarray(0, 16)
    const salt = master.subarray(16, 30)
    this.key = derive(key, salt, 0, 16)
    this.auth = derive(key, salt, 1, 20)
    this.salt = derive(key, salt, 2, 14)
  }

  static fromAttribute(value) {
    const m = new RegExp(`^\\d+ ${SUITE} inline:([A-Za-z0-9+/=]+)`).exec(value)
    return m ? new Srtp(Buffer.from(m[1], 'base64')) : null
  }

  attribute(tag = 1) {
    return `${tag} ${SUITE} inline:${this.master.toString('base64')}`
  }

  #index(sequence) {
    if (this.#highest === null) this.#highest = sequence
    let roll = this.#rollover
    if (this.#highest - sequence > 32768) roll++
    else if (sequence - this.#highest > 32768) roll--
    return { roll, keep: () => {
      if (roll > this.#rollover || (roll === this.#rollover && sequence > this.#highest)) {
        this.#rollover = roll
        this.#highest = sequence
      }
    } }
  }

  #crypt(packet, roll) {
    const iv = Buffer.alloc(16)
    this.salt.copy(iv)
    for (let i = 0; i < 4; i++) iv[4 + i] ^= packet[8 + i] // SSRC
    const index = Buffer.alloc(6)
    index.writeUInt32BE(roll >>> 0)
    index.writeUInt16BE(packet.readUInt16BE(2), 4)
    for (let i = 0; i < 6; i++) iv[8 + i] ^= index[i]
    const c = createCipheriv('aes-128-ctr', this.key, iv)
    return Buffer.concat([packet.subarray(0, 12), c.update(packet.subarray(12))])
  }

  #tag(packet, roll) {
    const tail = Buffer.alloc(4)
    tail.writeUInt32BE(roll >>> 0)
    return createHmac('sha1', this.auth).update(packet).update(tail).digest().subarray(0, 10)
  }

  protect(packet) {
    const { roll, keep } = this.#index(packet.readUInt16BE(2))
    keep()
    const sealed = this.#crypt(packet, roll)
    return Buffer.concat([sealed, this.#tag(sealed, roll)])
  }

  // → the packet, or null when its tag is wrong
  unprotect(packet) {
    if (packet.length < 22) return null
    const body = packet.subarray(0, packet.length - 10)
    const { roll, keep } = this.#index(body.readUInt16BE(2))
    if (!timingSafeEqual(this.#tag(body, roll), packet.subarray(packet.length - 10))) return null
    keep()
    return this.#crypt(body, roll)
  }
}
