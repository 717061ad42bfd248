// What callers hear, seen, heard and replaced in the console (V02, V04).
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { AXE, Hotline, desktop, fits, phone, picture, watching } from './browser.mjs'
import { RATE, writeWav } from '../voice/peer.mjs'

let h
before(async () => {
  h = await Hotline.start(['zhou', 'lin'])
})
after(() => h?.stop())

async function axe(page, where) {
  await page.evaluate(AXE)
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa'] }))
  assert.deepEqual(violations.map((v) => `${where}: ${v.id}: ${v.nodes.map((n) => n.target.join(' '))}`), [])
}

const recording = (ms) => ({ name: '欢迎词.wav', mimeType: 'audio/wav', buffer: writeWav(Int16Array.from({ length: (ms * RATE) / 1000 }, (_, n) => 9000 * Math.sin((2 * Math.PI * 600 * n) / RATE))) })

test('a supervisor hears a prompt, records another, and has it spoken again', async () => {
  const page = await h.desk('zhou', { ...desktop, colorScheme: 'dark' })
  await watching(page, 'prompts', async () => {
    await page.goto('/calls/prompts')
    const row = page.getByRole('listitem').filter({ hasText: '录音' }).filter({ hasText: '普通话' }).first()
    await row.waitFor()
    await row.getByRole('button', { name: '播放' }).click()
    const sound = row.locator('audio')
    await sound.waitFor()
    await page.waitForFunction((a) => a.duration > 0.5, await sound.elementHandle())
    assert.ok((await row.getByText('机器朗读').count()) > 0)
    await fits(page)
    await axe(page, 'prompts, dark')

    const chooser = page.waitForEvent('filechooser')
    await row.getByRole('button', { name: '上传录音' }).click()
    await (await chooser).setFiles(recording(2500))
    await row.getByText('真人录音').waitFor()
    await row.getByText('00:02').or(row.getByText('00:03')).first().waitFor()
    await picture(page, 'prompts')

    const broken = page.waitForEvent('filechooser')
    await row.getByRole('button', { name: '上传录音' }).click()
    await (await broken).setFiles({ name: 'x.wav', mimeType: 'audio/wav', buffer: Buffer.from('no sound') })
    await page.locator('.el-message--error').waitFor()
    assert.ok(await row.getByText('真人录音').isVisible(), 'what was there stays')

    await row.getByRole('button', { name: '恢复朗读' }).click()
    await page.getByRole('button', { name: '确定' }).click()
    await row.getByText('机器朗读').waitFor()
    await page.setViewportSize(phone.viewport)
    await fits(page)
    await picture(page, 'prompts-phone')
  })
})

test('an operator may listen, and change nothing', async () => {
  const page = await h.desk('lin')
  await watching(page, 'prompts-operator', async () => {
    await page.goto('/calls/prompts')
    await page.getByRole('button', { name: '播放' }).first().waitFor()
    assert.equal(await page.getByRole('button', { name: '上传录音' }).count(), 0)
    await axe(page, 'prompts, light')
  })
})
