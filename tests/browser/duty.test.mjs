// The supervisor's pages of the line: roster, presence, statistics (V10, V14).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AXE, Hotline, desktop, fits, phone, picture, watching } from './browser.mjs'

let h, zhou, lin, chen
const day = (plus = 0) => new Date(Date.now() + 8 * 3600e3 + plus * 86400e3).toISOString().slice(0, 10)
const monday = () => day(-((new Date(`${day()}T00:00:00Z`).getUTCDay() + 6) % 7))
const at = (d, time) => Date.parse(`${d}T${time}+08:00`)

before(async () => {
  h = await Hotline.start(['zhou', 'lin', 'chen'])
  ;[zhou, lin, chen] = await Promise.all(['zhou', 'lin', 'chen'].map((n) => h.api(n)))
  const org_id = zhou.person.org_id
  let id = 1000
  const call = (d, time, waited_s, more = {}) => {
    const began = at(d, time)
    return {
      id: ++id, org_id, direction: 'in', hotline: 'demo', queue: 'consultation', lang: 'zh', browser: 0, caller_hint: '138****1234', called: '12348', began_at: began, queued_at: began,
      answered_at: began + waited_s * 1000, ended_at: began + waited_s * 1000 + 180000, hold_ms: 0, wrap_ms: 25000, outcome: 'answered', operator_id: lin.person.id, rating: 5,
      refused: 0, transfers: 0, ...more,
    }
  }
  h.server.plant('calls', [
    call(day(-2), '09:00:00', 4), call(day(-2), '09:30:00', 30, { operator_id: chen.person.id, rating: 3 }), call(day(-1), '10:00:00', 8),
    call(day(-1), '11:00:00', 0, { answered_at: null, operator_id: null, outcome: 'abandoned', rating: null, wrap_ms: 0 }),
  ])
  const recorded = id
  h.server.plant('call_recordings', [{
    id: ++id, call_id: recorded, org_id, part: 0, blob_id: 1, media_type: 'audio/ogg', sha256: 'ab'.repeat(32), began_at: at(day(-1), '11:00:00'), length_ms: 61000, lost_ms: 0,
    after_crash: 0, keep_until: Date.now() + 10 * 86400e3,
  }])
  const state = (d, time, name, reason = '') => ({ id: ++id, org_id, person_id: lin.person.id, at: at(d, time), state: name, reason })
  h.server.plant('line_presence', [
    state(monday(), '00:10:00', 'paused', 'signed_in'), state(monday(), '00:11:00', 'ready'), state(monday(), '00:20:00', 'paused', 'rest'),
    state(monday(), '00:40:00', 'ready'), state(monday(), '00:50:00', 'away'),
  ])
  h.server.plant('line_alarms', [{ id: ++id, org_id, at: at(monday(), '00:35:00'), kind: 'pause_limit', person_id: lin.person.id, subject: 'rest' }])
})
after(() => h?.stop())

async function accessible(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await picture(page, `${name}-${colorScheme}`)
    await page.evaluate(AXE)
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), [], `${name} ${colorScheme}`)
  }
}

test('V10 the supervisor keeps the roster and sees who was there, who paused too long, who never came', async () => {
  const page = await h.desk('zhou')
  await watching(page, 'duty-failed', async () => {
    await zhou.post('/api/duty', { day: monday(), person_id: chen.person.id })
    await page.goto('/calls/duty')
    const roster = page.getByRole('region', { name: '值班表' })
    await roster.getByText('陈思雨').waitFor()
    const today = roster.locator('.today')
    await today.getByRole('button', { name: /排班/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('收集留言').click()
    await dialog.locator('#duty-person').click()
    await page.getByRole('option', { name: /林晓燕/ }).click()
    await dialog.getByRole('button', { name: '排班' }).click()
    await today.getByText('林晓燕').waitFor()
    await today.getByText('收集留言').waitFor()
    const presence = page.getByRole('region', { name: '签到记录' })
    await presence.getByText('暂停超时 1 次').waitFor()
    await presence.getByText(/小休 20:00/).waitFor()
    if (monday() !== day()) assert.ok(await presence.getByRole('row', { name: /陈思雨/ }).getByText('排班未到岗').count())
    const [file] = await Promise.all([page.waitForEvent('download'), presence.getByRole('button', { name: '导出' }).click()])
    assert.match(file.suggestedFilename(), /\.xlsx$/)
    await accessible(page, 'duty')
    await today.getByRole('button', { name: /取消 林晓燕/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: /取消 林晓燕|确定/ }).last().click()
    await today.getByText('林晓燕').waitFor({ state: 'detached' })
  })
})

test('V14 statistics by day, divided by operator, and as an Excel file', async () => {
  const page = await h.desk('zhou')
  await watching(page, 'statistics-failed', async () => {
    await page.goto('/calls/statistics')
    const first = page.getByRole('row', { name: new RegExp(`^${day(-2)}`) })
    await first.waitFor()
    assert.match(await first.innerText(), /2\s+2\s+100\.0 %/)
    await page.locator('.g').click()
    await page.getByRole('option', { name: '坐席', exact: true }).click()
    await page.getByRole('row', { name: new RegExp(`${day(-2)} 林晓燕`) }).waitFor()
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出' }).click()])
    assert.match(file.suggestedFilename(), /\.xlsx$/)
    await accessible(page, 'statistics')
  })
})

test('T08 what is due to be destroyed is listed; a legal hold keeps it', async () => {
  const page = await h.desk('zhou')
  await watching(page, 'recordings-failed', async () => {
    await page.goto('/calls/recordings')
    await page.getByRole('row', { name: /138 \*{4} 1234.*01:01/ }).waitFor()
    await accessible(page, 'recordings')
    await page.getByRole('row', { name: /138/ }).getByRole('link').click()
    await page.getByRole('button', { name: '保全录音' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('投诉调查')
    await page.keyboard.press('Enter')
    await page.getByText('已保全，不会销毁').waitFor()
    await page.getByRole('button', { name: '解除保全' }).waitFor()
    await accessible(page, 'call-held')
    await page.goto('/calls/recordings')
    await page.getByText('30天内没有到期的录音').waitFor()
    await page.getByText('已保全', { exact: true }).click()
    await page.getByText('投诉调查 (周明远)').waitFor()
  })
})

for (const [name, size] of [['desktop', desktop], ['phone', phone]])
  test(`both fit a ${name}`, async () => {
    const page = await h.desk('zhou', size)
    await watching(page, `duty-${name}-failed`, async () => {
      for (const part of ['duty', 'statistics']) {
        await page.goto(`/calls/${part}`)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.getByRole('table').first().waitFor()
        await picture(page, `${part}-${name}`)
        await fits(page)
      }
    })
  })
