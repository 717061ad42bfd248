// Callers by telephone, operators with a headset in the browser: tones recognised at both ends by their frequency (V06, V07, V14).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Hotline, fits, picture, watching } from './browser.mjs'
import { bar, hearsTone, microphone, operator, ready, sayReady } from './line.mjs'
import { Peer } from '../voice/peer.mjs'
import { until } from '../api/harness.mjs'

let h, telephone
before(async () => {
  h = await Hotline.start(['lin', 'zhou'], microphone)
  telephone = await Peer.open({ server: h.server.sip.udp, user: '13800007001' })
})
after(() => {
  telephone?.close()
  return h?.stop()
})

// Through the menus: Mandarin, then "anything else", pressed as callers do, until somebody rings.
async function callIn(lin) {
  const call = await telephone.invite('12348')
  await call.answered()
  let rings = false
  const ringing = bar(lin).getByRole('button', { name: '接听' }).waitFor().finally(() => (rings = true))
  ringing.catch(() => {})
  for (let n = 0; !rings && call.state === 'answered'; n++) {
    await call.keys(n === 0 ? '1' : '0')
    await Promise.race([ringing, call.hearsFor(1500)])
  }
  await ringing
  return call
}

test('a telephone and a headset: talk, mute, hold, a supervisor listens; the recording is played, wound on and quickened', async () => {
  const lin = await operator(h, 'lin')
  const zhou = await operator(h, 'zhou')
  await watching(zhou, 'headset-zhou', () =>
    watching(lin, 'headset-lin', async () => {
      await ready(lin)
      const call = await callIn(lin)
      await lin.keyboard.press('F2')
      await bar(lin).getByRole('button', { name: '挂断' }).waitFor()
      call.play(1000)
      await hearsTone(lin, 1000)
      await call.hearsSomething()

      await lin.keyboard.press('F4')
      await bar(lin).getByRole('button', { name: '取消静音' }).waitFor()
      await call.hearsSilence()
      await hearsTone(lin, 1000)
      await lin.keyboard.press('F4')
      await call.hearsSomething()

      for (const name of [/保持/, /转接/]) assert.equal(await bar(lin).getByRole('button', { name }).count(), 1)
      await zhou.goto('/calls/wall')
      await bar(zhou).getByRole('button', { name: '电话设置（电话已接通）' }).waitFor()
      await zhou.getByRole('button', { name: '监听' }).first().click()
      await hearsTone(zhou, 1000)
      await bar(zhou).getByText('您正在监听这通电话').waitFor()
      for (const name of [/静音/, /保持/, /转接/]) assert.equal(await bar(zhou).getByRole('button', { name }).count(), 0, `${name} is the operator's`)
      await zhou.keyboard.press('F9')
      assert.equal(await zhou.getByRole('dialog').count(), 0)
      await picture(zhou, 'headset-listening')

      await zhou.getByRole('button', { name: '插话' }).first().click()
      await bar(zhou).getByText('您正在插话这通电话').waitFor()
      await bar(zhou).getByRole('button', { name: '静音' }).waitFor()
      assert.equal(await bar(zhou).getByRole('button', { name: /转接/ }).count(), 0)
      await bar(zhou).getByRole('button', { name: '退出监听' }).click()
      await bar(zhou).getByRole('button', { name: '退出监听' }).waitFor({ state: 'detached' })
      await hearsTone(lin, 1000)

      await call.hangUp()
      await bar(lin).getByRole('button', { name: '完成，回到就绪' }).waitFor()
      await bar(lin).locator('.el-select').click()
      await lin.getByRole('option', { name: '已当场答复' }).click()
      await bar(lin).getByRole('button', { name: '完成，回到就绪' }).click()
      await bar(lin).locator('.state.ready').waitFor()

      await zhou.goto('/calls')
      await zhou.getByRole('row').filter({ hasText: '已接听' }).first().getByRole('link').first().click()
      await zhou.getByRole('button', { name: '核对咨询内容' }).click()
      await zhou.getByRole('button', { name: '收听录音' }).click()
      const sound = zhou.locator('audio')
      await sound.waitFor()
      await zhou.waitForFunction((a) => a.duration > 3 && Number.isFinite(a.duration), await sound.elementHandle())
      await sound.evaluate((a) => new Promise((done) => {
        a.addEventListener('seeked', done, { once: true })
        a.currentTime = a.duration - 1
      }))
      assert.ok(await sound.evaluate((a) => a.currentTime > a.duration - 2), 'it was wound on')
      await zhou.getByRole('button', { name: '1.5×' }).click()
      assert.equal(await sound.evaluate((a) => a.playbackRate), 1.5)
      await fits(zhou)
      await picture(zhou, 'headset-player')
    }),
  )
})

test('the browser vanishes in mid-call: the caller is asked to hold, stands at the head of the queue, and is answered again', async () => {
  let lin = await operator(h, 'lin')
  await ready(lin)
  const call = await callIn(lin)
  await lin.keyboard.press('F2')
  await bar(lin).getByRole('button', { name: '挂断' }).waitFor()
  call.play(1000)
  await hearsTone(lin, 1000)
  await lin.context().close()
  const boss = await h.api('zhou')
  const record = await until(async () => {
    for (const row of (await boss.get('/api/calls')).json.items.filter((c) => !c.ended_at)) {
      const r = (await boss.get(`/api/calls/${row.id}`)).json
      if (r.events.some((e) => e.kind === 'operator_gone')) return r
    }
    return null
  }, 60000, 'the operator is missed')
  assert.ok(record.events.some((e) => e.kind === 'operator_lost'))
  assert.equal(call.state, 'answered')
  await call.hearsSomething()

  lin = await operator(h, 'lin')
  await watching(lin, 'headset-again', async () => {
    await sayReady(lin)
    await bar(lin).getByRole('button', { name: '接听' }).waitFor()
    await lin.keyboard.press('F2')
    await bar(lin).getByRole('button', { name: '挂断' }).waitFor()
    await hearsTone(lin, 1000)
    await call.hangUp()
  })
  boss.close()
})
