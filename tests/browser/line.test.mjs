// The telephone in two browsers: somebody calls from the portal, an operator answers in the console
// (V01, V06–V09, V14, CC 6.2.4). Chromium's fake microphone beeps, so both ends have something to hear.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Hotline, fits, phone, picture, watching } from './browser.mjs'
import { axe, bar, hears, listening, microphone, operator, ready } from './line.mjs'

let h
before(async () => {
  h = await Hotline.start(['lin', 'zhou'], microphone)
})
after(() => h?.stop())

async function caller(options = phone) {
  const page = await listening(await h.stranger(options))
  await page.goto('/portal')
  await page.getByRole('button', { name: '现在打电话' }).click()
  return page
}
const stage = (page, name) => page.locator(`[data-state="${name}"]`)
const key = (page, digit) => page.getByRole('button', { name: digit, exact: true }).click()

test('a call from the portal: menu, ring, talk, reload at both ends, hold, wrap-up, survey', async () => {
  const lin = await operator(h, 'lin')
  const client = await caller()
  await watching(client, 'line-client', () =>
    watching(lin, 'line-lin', async () => {
      await ready(lin)
      await stage(client, 'menu').waitFor()
      await client.getByText('普通话服务请按一').waitFor()
      await picture(client, 'portal-menu')
      await axe(client, 'portal, menu')
      await key(client, '1')
      await client.getByText('其他问题请按零').waitFor()
      await key(client, '0')

      await bar(lin).getByRole('button', { name: '接听' }).waitFor()
      await stage(client, 'ringing').or(stage(client, 'waiting')).waitFor()
      await picture(lin, 'line-ringing')
      await lin.keyboard.press('F2')
      await stage(client, 'talking').waitFor()
      await lin.waitForURL(/calls\/\d+\/screen$/)
      await lin.getByRole('region', { name: '规范用语' }).waitFor()
      await hears(lin, 'the operator hears the caller')
      await hears(client, 'the caller hears the operator')

      await lin.locator('#intake-question').fill('邻居借款三万元到期不还，借条上没有写利息。')
      await lin.getByRole('article').first().waitFor()
      await picture(lin, 'call-screen')
      await axe(lin, 'call screen')

      // the page goes and comes back: the call stays, what was typed too
      await lin.reload()
      await bar(lin).getByRole('button', { name: '挂断' }).waitFor()
      await lin.locator('#intake-question').waitFor()
      assert.match(await lin.locator('#intake-question').inputValue(), /三万元/)
      await bar(lin).getByRole('button', { name: '电话设置（电话已接通）' }).waitFor()
      await hears(lin, 'after the reload')
      await client.reload()
      await stage(client, 'talking').waitFor()
      await hears(client, 'after the reload of the portal')
      await hears(lin, 'after the reload of the portal')

      await lin.keyboard.press('F8')
      await stage(client, 'held').waitFor()
      await lin.keyboard.press('F8')
      await stage(client, 'talking').waitFor()
      await lin.keyboard.press('F4')
      await bar(lin).getByRole('button', { name: '取消静音' }).waitFor()

      await lin.keyboard.press('F2')
      await stage(client, 'survey').waitFor()
      await key(client, '1')
      await stage(client, 'ended').waitFor()
      await client.getByText('感谢您的来电').waitFor()
      await bar(lin).locator('.el-select').click()
      await lin.getByRole('option', { name: '已当场答复' }).click()
      await bar(lin).getByRole('button', { name: '完成，回到就绪' }).click()
      await bar(lin).locator('.state.ready').waitFor()

      await lin.goto('/calls')
      const row = lin.getByRole('row').filter({ hasText: '已接听' })
      await row.waitFor()
      await axe(lin, 'call records')
      await row.getByRole('link').first().click()
      await lin.getByText('坐席振铃').waitFor()
      await picture(lin, 'call')
    }),
  )
})

test('refused microphone: the caller is told what to do', async () => {
  const page = await h.stranger(phone)
  await watching(page, 'portal-denied', async () => {
    await page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
    })
    await page.goto('/portal')
    await picture(page, 'portal-home')
    await axe(page, 'portal, home')
    await fits(page)
    await page.getByRole('button', { name: '现在打电话' }).click()
    await page.getByRole('alert').getByText('没有麦克风权限').waitFor()
  })
})

test('the wallboard shows the operator and the figures with their formulas', async () => {
  const page = await h.desk('zhou')
  await watching(page, 'wall', async () => {
    await page.goto('/calls/wall')
    await page.getByText('按呼入计').waitFor()
    await page.getByRole('region', { name: '队列' }).first().waitFor()
    await picture(page, 'wall')
    await axe(page, 'wallboard')
    await fits(page)
  })
})
