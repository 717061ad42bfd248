// Documents in the console: a template found by a few letters, the interview, the document; review; reports.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AXE, Hotline, desktop, fits, phone, picture, watching } from './browser.mjs'

let h
let caseId
before(async () => {
  h = await Hotline.start(['lin', 'zhao', 'zhou'])
  const c = await h.api('lin')
  const client = await c.post('/api/clients', { kind: 'person', name: '李建国', phone: '13912345678', address: '江城市东湖区1号' })
  const fields = { client: client.json.id, category: 'loan', question: '朋友借钱，想写一份借款合同' }
  const made = await c.post('/api/cases', { process: 'consultation', fields })
  assert.equal(made.status, 201, made.text)
  caseId = made.json.id
  c.close()
})
after(() => h?.stop())

async function accessible(page) {
  await page.evaluate(AXE)
  const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'] }))
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [])
}

test('a lawyer reads a template with its sources and approves it (K03)', async () => {
  const page = await h.desk('zhao')
  await watching(page, 'template-review', async () => {
    await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name: '文书' }).click()
    const find = page.getByRole('textbox', { name: '查找范本' })
    await find.fill('jkht')
    await page.getByRole('button', { name: /借款合同/ }).first().waitFor()
    await picture(page, 'documents-library')
    await accessible(page)
    await find.press('Enter')
    await page.getByRole('heading', { level: 1, name: /借款合同/ }).waitFor()
    await page.getByText('禁止高利放贷').waitFor()
    await page.locator('iframe[title="借款合同"]').waitFor()
    await picture(page, 'documents-template')
    await accessible(page)
    await page.getByRole('textbox', { name: '审核意见（可不填）' }).fill('已核对')
    await page.getByRole('button', { name: '审核通过' }).click()
    await page.getByRole('region', { name: '审核记录' }).getByText('赵国强').waitFor()
    await page.getByText('已核对').waitFor()
  })
})

test('from a case: find, answer what is missing, make (K03, D01)', async () => {
  const page = await h.desk('lin')
  await watching(page, 'document-interview', async () => {
    await page.goto(`/cases/${caseId}`)
    await page.getByRole('heading', { name: '文书' }).waitFor()
    await page.keyboard.press('w')
    const find = page.getByRole('textbox', { name: '查找范本' })
    await find.fill('借条')
    await page.getByRole('button', { name: /借款合同/ }).waitFor()
    await find.press('Enter')
    await page.getByText(/还缺 \d+ 项/).waitFor()
    assert.equal(await page.locator('#d-lender').inputValue(), '李建国')
    await page.getByText('取自客户档案').first().waitFor()
    assert.equal(await page.getByText('江城市东湖区1号').count(), 0)
    await picture(page, 'documents-interview')
    await page.fill('#d-borrower', '王大力')
    await page.fill('#d-amount', '123456')
    await page.fill('#d-purpose', '进货')
    await page.fill('#d-lend_to', '2027-05-08')
    await page.fill('#d-rate', '12')
    await page.getByText('已填齐').waitFor()
    // what is asked follows the answers
    await page.locator('#d-repay').getByText('分期还本付息').click()
    await page.getByText('还缺 1 项').waitFor()
    await page.locator('#d-plan').getByRole('button', { name: '加一行' }).click()
    await page.fill('#d-plan-0-due', '2027-05-08')
    await page.fill('#d-plan-0-principal', '123456')
    await page.getByText('已填齐').waitFor()
    await page.locator('iframe[title="借款合同"]').waitFor()
    await page.getByText('同时生成 Word').click()
    await accessible(page)
    await picture(page, 'documents-filled')
    await page.getByRole('button', { name: '生成文书' }).click()
    await page.getByText('已生成《借款合同》').waitFor()
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('status').getByRole('link', { name: 'PDF' }).click()])
    assert.equal(file.suggestedFilename(), '借款合同.pdf')
    await picture(page, 'documents-made')
    await page.goto(`/cases/${caseId}`)
    await page.getByText('生成文书').first().waitFor()
    await page.getByRole('region', { name: '文书' }).getByRole('link', { name: 'Word' }).waitFor()
  })
})

test('on a phone questions and preview are tabs', async () => {
  const page = await h.desk('lin', phone)
  await watching(page, 'documents-phone', async () => {
    await page.goto(`/cases/${caseId}/documents`)
    await page.getByRole('button', { name: /借款合同/ }).first().waitFor()
    await fits(page)
    await picture(page, 'documents-phone-find')
    await page.getByRole('button', { name: /借款合同/ }).first().click()
    await page.locator('#d-lender').waitFor()
    await fits(page)
    await picture(page, 'documents-phone-form')
    await page.getByRole('tab', { name: '预览' }).click()
    await page.getByRole('link', { name: '打开预览' }).waitFor()
    await fits(page)
  })
})

test('a template that nobody has reviewed can only be previewed', async () => {
  const page = await h.desk('lin')
  await watching(page, 'documents-unreviewed', async () => {
    await page.goto(`/cases/${caseId}/documents`)
    await page.getByRole('textbox', { name: '查找范本' }).fill('律师函')
    await page.getByRole('button', { name: /律师函/ }).first().click()
    await page.getByText('还没有律师审核，只能预览').waitFor()
    assert.ok(await page.getByRole('button', { name: '生成文书' }).isDisabled())
  })
})

test('the quarterly report is made from cases (R02)', async () => {
  const page = await h.desk('zhou')
  await watching(page, 'documents-report', async () => {
    await page.goto('/documents')
    await page.getByRole('button', { name: '统计报告' }).click()
    await page.locator('iframe[title="热线社情民意季度分析报告"]').waitFor()
    await page.fill('#r-hot', '借贷纠纷较多。')
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Word' }).click()])
    assert.match(file.suggestedFilename(), /季度分析报告.*\.docx$/)
    await picture(page, 'documents-report')
    await accessible(page)
    await page.setViewportSize({ width: 390, height: 844 })
    await fits(page)
    await picture(page, 'documents-report-390')
  })
})
