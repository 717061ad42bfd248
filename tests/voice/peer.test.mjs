// The scripted peer is a faithful counterpart: it agrees with itself over every transport, and with software that others wrote.
import { test, after } from 'node:test'
import assert from 'node:assert/strict'
import { ALAW, Peer, makeCertificate, readWav, share, toAlaw, tone, toneMs, writeWav } from './peer.mjs'
import { Baresip, sipp, sippServer } from './phones.mjs'
import { Srtp } from './srtp.mjs'

const open = []
const opened = async (thing) => (open.push(await thing), open.at(-1))
after(async () => {
  for (const o of open) await o.close()
})

test('A-law: every code is its own nearest, tones are told apart', () => {
  for (let code = 0; code < 256; code++) assert.equal(ALAW[toAlaw(ALAW[code])], ALAW[code])
  const frames = tone(440)
  const heard = Int16Array.from(Array.from({ length: 10 }, () => [...frames()]).flat(), (v) => ALAW[toAlaw(v)])
  assert.ok(share(heard, 440) > 0.95)
  assert.ok(share(heard, 480) < 0.2)
  assert.equal(share(new Int16Array(800), 440), 0)
  const back = readWav(writeWav(heard))
  assert.deepEqual(back.channels[0], heard)
  assert.equal(toneMs(back.channels[0], 440), 200)
})

test('SRTP: what is sealed opens once the key is known, and not when a bit was turned', () => {
  const sealing = new Srtp()
  const opening = Srtp.fromAttribute(sealing.attribute())
  const packet = Buffer.alloc(172, 7)
  packet[0] = 0x80
  for (const sequence of [65534, 65535, 0, 1]) {
    packet.writeUInt16BE(sequence, 2)
    const sealed = sealing.protect(packet)
    const bad = Buffer.from(sealed)
    bad[40] ^= 1
    assert.equal(opening.unprotect(bad), null)
    assert.deepEqual(opening.unprotect(sealed), packet)
  }
})

const certificate = makeCertificate()
after(() => certificate.remove())
for (const transport of ['udp', 'tcp', 'tls'])
  for (const [how, here, there] of [['an offer', { srtp: transport === 'tls' }, {}], ['no offer', { sdp: false }, { srtp: transport === 'tls' }]])
    test(`two peers over ${transport}, INVITE with ${how}: tones, keys, hold, end`, async () => {
      const bob = await opened(Peer.open({ transport, user: 'bob', certificate }))
      const alice = await opened(Peer.open({ transport, server: bob.address, certificate }))
      const call = await alice.invite('bob', here)
      const ring = await bob.incoming()
      ring.ring()
      await call.ringing()
      await ring.answer(there)
      await call.answered()
      call.play(440)
      ring.play(880)
      await Promise.all([call.hears(880), ring.hears(440)])
      await call.keys('12#')
      await ring.hearsKeys('12#')
      assert.equal((await call.hold()).status, 200)
      assert.equal(ring.heldByPeer, true)
      await call.resume()
      await ring.hears(440)
      assert.equal(Boolean(ring.media.opening), transport === 'tls', 'sealed where it should be')
      await ring.hangUp()
      assert.deepEqual(await call.ended(), { status: 0, reason: 'bye' })
    })

test('calls refused, cancelled, challenged; a spoofed dialog is unknown', async () => {
  const trunk = await opened(Peer.open({ user: 'trunk', demands: { alice: 'right' } }))
  const alice = await opened(Peer.open({ server: trunk.address, user: 'alice', password: 'right' }))
  const refused = await alice.invite('1')
  ;(await trunk.incoming()).refuse(486, 'Busy Here')
  assert.equal((await refused.ended()).status, 486)
  const cancelled = await alice.invite('2')
  const ring = await trunk.incoming()
  ring.ring()
  await cancelled.ringing()
  await cancelled.hangUp()
  assert.equal((await ring.ended()).reason, 'cancelled')
  assert.equal((await cancelled.ended()).status, 487)
  const mallory = await opened(Peer.open({ server: trunk.address, user: 'alice', password: 'wrong' }))
  assert.equal((await (await mallory.invite('3')).ended()).status, 407)
  assert.equal((await mallory.ask('BYE', { headers: [] })).status, 200, 'outside of a dialog it is any request')
})

test('baresip registers with digest, answers with SDES-SRTP, is held, hears its end', async () => {
  const registrar = await opened(Peer.open({ user: 'pbx', registrar: { phone: 'secret' } }))
  const phone = await opened(Baresip.open({ server: registrar.address, user: 'phone', password: 'secret', tone: 660, srtp: true }))
  const { contact } = await registrar.registered('phone')
  await phone.registered()
  registrar.setServer(contact.replace(/^sip:[^@]*@/, ''))
  const call = await registrar.invite(contact, { from: 'caller', srtp: true })
  await phone.saw('CALL_INCOMING')
  phone.do('accept')
  await call.answered()
  await call.hears(660)
  assert.equal((await call.hold()).status, 200)
  assert.equal((await call.resume()).status, 200)
  await call.hears(660)
  assert.equal(call.media.counts.refused, 0)
  await call.hangUp()
  await phone.saw('CALL_CLOSED')
})

test('SIPp calls and is called', async () => {
  const uas = await sippServer()
  const caller = await opened(Peer.open({ server: `127.0.0.1:${uas.port}` }))
  try {
    const call = await caller.invite('service')
    await call.answered()
    await call.hangUp()
  } finally {
    await uas.end()
  }
  const called = await opened(Peer.open({ user: 'service' }))
  const run = sipp(['-sn', 'uac', '-m', '1', called.address])
  const ring = await called.incoming()
  ring.ring()
  await ring.answer()
  await ring.ended()
  assert.equal((await run).code, 0)
})
