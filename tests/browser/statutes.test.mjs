// The statute desk: found while typing, imported from Word, versions compared (K01, K02).
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { AXE, Hotline, desktop, fits, phone, picture, watching } from './browser.mjs'
import { word } from '../api/word.mjs'

let h
before(async () => {
  h = await Hotline.start(['zhou', 'lin'])
})
after(() => h?.stop())

const LAW = [
  '中华人民共和国', '示范调解法', '（2010年8月28日第十一届示例会议通过　根据2021年12月24日《关于修改示范法的决定》修正）', '目　　录', '第一章　总　　则', '第二章　调　　解',
  '第一章　总　　则', '第一条　为了示范，根据宪法，制定本法。', '第二条　调解应当自愿。', '当事人可以随时退出。', '第二章　调　　解', '第三条　违反本法第二条规定的，依照前条处理。', '第四条　本法自2022年1月1日起施行。',
]
const LATER = LAW.map((l) => l.replace('修正）', '修正　根据2024年6月1日《关于修改示范法的决定》第二次修正）').replace('应当自愿', '应当自愿、合法').replace('第四条', '第五条').replace('2022年1月1日', '2024年9月1日'))
LATER.splice(LATER.length - 1, 0, '第四条　调解不收取任何费用。')

async function axe(page, where) {
  await page.evaluate(AXE)
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa'] }))
  assert.deepEqual(violations.map((v) => `${where}: ${v.id}: ${v.nodes.map((n) => n.target.join(' '))}`), [])
}

async function look(page, lines) {
  await page.locator('#im-file').setInputFiles({ name: '示范调解法.docx', mimeType: 'application/octet-stream', buffer: word(lines) })
  await page.locator('#im-kind').fill('社会法')
  await page.locator('#im-scope').selectOption('common')
  await page.getByRole('button', { name: '查看将有什么变化' }).click()
}

async function importLaw(page, lines) {
  await page.goto('/statutes/import')
  await look(page, lines)
  await page.getByRole('button', { name: '确认导入' }).click()
  await page.waitForURL(/statutes\/laws\/\d+/)
}

test('a law from Word is seen before it counts; a later version shows what it changes; both are compared side by side', async () => {
  const page = await h.desk('zhou')
  await watching(page, 'statute-import', async () => {
    await page.goto('/statutes')
    await page.getByRole('link', { name: '导入法规、制度' }).click()
    await page.getByRole('heading', { name: '导入法规、制度' }).waitFor()
    await look(page, ['只有标题', '没有条文'])
    await page.getByRole('alert').waitFor()
    await importLaw(page, LAW)
    await page.getByRole('heading', { name: '中华人民共和国示范调解法' }).waitFor()
    assert.equal(await page.getByRole('link', { name: '比较版本' }).count(), 0, 'there is nothing to compare with')

    await page.goto('/statutes/import')
    await look(page, LATER)
    await page.getByText('修改 2 条，新增 1 条，删除 0 条').waitFor()
    await page.locator('ins').filter({ hasText: '、合法' }).waitFor()
    await fits(page)
    await picture(page, 'statute-import')
    await axe(page, 'import')
    await page.getByRole('button', { name: '确认导入' }).click()
    await page.waitForURL(/statutes\/laws\/\d+/)

    await page.getByRole('link', { name: '比较版本' }).click()
    await page.getByText('修改 2 条，新增 1 条，删除 0 条，0 条仅条号变动').waitFor()
    const second = page.getByRole('listitem').filter({ hasText: '调解应当自愿' })
    assert.equal(await second.locator('ins').innerText(), '、合法')
    assert.equal(await second.locator('del').count(), 0)
    assert.equal(await page.getByRole('listitem').filter({ hasText: '违反本法' }).count(), 0, 'what is the same is left out')
    await page.getByText('只看有变动的').click()
    await page.getByRole('listitem').filter({ hasText: '违反本法' }).first().waitFor()
    await fits(page)
    await picture(page, 'statute-compare')
    await axe(page, 'compare')
    await page.setViewportSize(phone.viewport)
    await fits(page)
    await picture(page, 'statute-compare-phone')
    await page.goto('/statutes/import')
    await fits(page)
    await picture(page, 'statute-import-phone')
  })
})

test('comparison and import are readable in the dark; a repealed law says so, and takes it back', async () => {
  const page = await h.desk('zhou', { ...desktop, colorScheme: 'dark' })
  await watching(page, 'statute-dark', async () => {
    await page.goto('/statutes')
    await page.getByRole('link', { name: /示范调解法/ }).first().click()
    await page.getByRole('button', { name: '标为废止' }).click()
    await page.getByRole('textbox').last().fill('2099-01-01')
    await page.getByRole('button', { name: '确定' }).click()
    await page.getByText('自 2099-01-01 起废止').waitFor()
    await page.getByRole('button', { name: '撤销废止' }).click()
    await page.getByRole('button', { name: '标为废止' }).waitFor()
    await page.getByRole('link', { name: '比较版本' }).click()
    await page.locator('ins').first().waitFor()
    await axe(page, 'compare, dark')
    await page.goto('/statutes/import')
    await page.getByText('以前导入的').waitFor()
    await axe(page, 'import, dark')
  })
})

test('an operator finds articles while typing, without sending anything; there is no import for operators', async () => {
  const page = await h.desk('lin')
  await watching(page, 'statute-typing', async () => {
    await page.goto('/statutes')
    assert.equal(await page.getByRole('link', { name: '导入法规、制度' }).count(), 0)
    const box = page.getByRole('textbox', { name: '搜索' }).first()
    await box.pressSequentially('借款利息', { delay: 30 })
    const found = page.locator('article.card')
    await found.first().waitFor()
    await page.waitForFunction(() => [...document.querySelectorAll('article.card mark')].some((m) => /借款|利息/.test(m.textContent)))
    assert.match(page.url(), /q=/)
    await box.fill('')
    await found.first().waitFor({ state: 'detached' })
    await box.pressSequentially('没有这样的词语龘龘龘', { delay: 10 })
    await box.press('Escape')
  })
})
