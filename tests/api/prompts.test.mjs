// What callers hear, changed by people over HTTP while the line runs (V02, V04).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Line, until } from '../voice/line.mjs'
import { RATE, readWav, toneMs, writeWav } from '../voice/peer.mjs'

let line, boss, op
before(async () => {
  line = await Line.start()
  boss = line.keep(await line.server.as('boss'))
  op = line.keep(await line.server.as('op'))
})
after(() => line?.remove())

const place = (name, lang = 'zh') => `/api/line/prompts/${encodeURIComponent(name)}/${encodeURIComponent(lang)}`
const wav = (hz, ms) => writeWav(Int16Array.from({ length: (ms * RATE) / 1000 }, (_, n) => 9000 * Math.sin((2 * Math.PI * hz * n) / RATE)))
const upload = (who, target, bytes) => who.request('POST', target, { body: bytes, headers: { 'Content-Type': 'audio/wav' } })
const listed = async (name, lang = 'zh') => (await boss.get('/api/line/prompts')).json.items.find((p) => p.name === name && p.lang === lang)
const sound = async (name, lang) => {
  const r = await boss.get(place(name, lang))
  assert.equal(r.status, 200, r.text)
  assert.match(r.headers['content-type'], /^audio\/wav/)
  return readWav(r.bytes)
}

test('each prompt in each language, with its text; it can be heard', async () => {
  const zh = await listed('main_menu')
  assert.deepEqual([zh.text, zh.label_zh, zh.recorded], ['综合请按一，借贷请按二，留言请按九。', '主菜单', false])
  assert.equal((await listed('main_menu', 'en')).text, 'For anything, press 1. Loans, 2. A message, 9.')
  const { rate, channels } = await sound('main_menu')
  assert.equal(rate, 8000)
  assert.ok(Math.abs(channels[0].length / 8 - zh.ms) <= 20)
  assert.ok(channels[0].some((v) => Math.abs(v) > 3000), 'it is not silent')
})

test('a recording takes its place: the next caller hears it, who is in the queue is not disturbed', async () => {
  const before = await line.call('10001')
  await before.answered()
  const r = await upload(boss, place('recording_notice'), wav(1900, 2000))
  assert.equal(r.status, 204, r.text)
  const now = await listed('recording_notice')
  assert.equal(now.recorded, true)
  assert.ok(Math.abs(now.ms - 2000) <= 100, `${now.ms} ms`)
  assert.ok(toneMs((await sound('recording_notice')).channels[0], 1900, RATE) > 1500)
  const call = await line.call('12348')
  await call.answered()
  await call.hears(1900)
  assert.equal(before.state, 'answered')
  await Promise.all([call.hangUp(), before.hangUp()])
})

test('taken away, the text is spoken again; nothing to take away is no mistake', async () => {
  for (let n = 0; n < 2; n++) {
    const r = await boss.delete(place('recording_notice'))
    assert.equal(r.status, 204, r.text)
    assert.equal((await listed('recording_notice')).recorded, false)
  }
})

test('what is no WAV, no prompt or no business of theirs is refused, and nothing changes', async () => {
  const before = await listed('goodbye')
  const damaged = wav(440, 300)
  damaged.fill(0xff, 12, 40)
  for (const [who, target, bytes, status] of [
    [boss, place('goodbye'), Buffer.from('not a sound'), 422],
    [boss, place('goodbye'), damaged, 422],
    [boss, place('goodbye'), wav(440, 300).subarray(0, 30), 422],
    [boss, place('nothing'), wav(440, 300), 404],
    [boss, place('../../master'), wav(440, 300), 404],
    [boss, place('goodbye', 'ko'), wav(440, 300), 404],
    [op, place('goodbye'), wav(440, 300), 403],
  ]) {
    const r = await upload(who, target, bytes)
    assert.equal(r.status, status, `${target}: ${r.text}`)
  }
  assert.equal((await op.delete(place('goodbye'))).status, 403)
  assert.equal((await boss.get(place('goodbye', 'ko'))).status, 404)
  assert.deepEqual(await listed('goodbye'), before)
})

test('two at once: both are there at the end, also after a restart', async () => {
  const both = await Promise.all([upload(boss, place('closed'), wav(700, 900)), upload(boss, place('survey'), wav(800, 900))])
  assert.deepEqual(both.map((r) => r.status), [204, 204])
  const there = async () => (await listed('closed')).recorded && (await listed('survey')).recorded
  await until(there, 20000, 'both recordings')
  boss.close()
  await line.server.restart()
  boss = line.keep(await line.server.as('boss'))
  assert.ok(await there())
})
