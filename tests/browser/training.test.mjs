// An examination from the question bank to the mark, in the browser (K05).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AXE, Hotline, desktop, fits, phone, picture, watching } from './browser.mjs'

let hotline
before(async () => {
  hotline = await Hotline.start(['lin', 'zhou', 'xu'])
})
after(() => hotline?.stop())

async function accessible(page) {
  await page.evaluate(AXE) // by the debugger's way: the page's policy would refuse a script
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'] }))
  assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [])
}

test('a question is written, reviewed, drawn, answered through a reload, marked', async () => {
  const author = await hotline.desk('xu')
  await watching(author, 'training-bank', async () => {
    await author.goto('/training/bank')
    await author.getByRole('button', { name: '新题目' }).click()
    await author.getByLabel('类别').last().fill('合同')
    await author.keyboard.press('Enter')
    await author.getByLabel('题目', { exact: true }).last().fill('借款合同对支付利息没有约定的，如何处理？')
    await author.getByLabel('选项').fill('视为有利息\n视为没有利息\n由贷款人决定')
    await author.getByLabel('答案').fill('b')
    await author.getByLabel('依据').fill('民法典第六百八十条')
    await author.getByRole('button', { name: '保存' }).click()
    await author.locator('.tag', { hasText: '待审核' }).waitFor()
    assert.ok(await author.getByRole('button', { name: '审核通过' }).isDisabled(), 'not one’s own')
    await accessible(author)
    await picture(author, 'training-bank')
  })

  const boss = await hotline.desk('zhou')
  await watching(boss, 'training-manage', async () => {
    await boss.goto('/training/bank')
    await boss.getByRole('button', { name: '审核通过' }).click()
    await boss.locator('.tag', { hasText: '可出题' }).waitFor()
    await boss.getByRole('link', { name: '组织考试' }).click()
    await boss.getByRole('button', { name: '新考试' }).click()
    await boss.getByLabel('名称').fill('坐席岗前考试')
    await boss.getByLabel('及格分').fill('2')
    await boss.getByRole('button', { name: '保存' }).click()
    await boss.getByRole('button', { name: '加一条规则' }).waitFor()
    await boss.getByLabel('题数').fill('3')
    await boss.getByRole('button', { name: '加一条规则' }).click()
    await boss.getByText('可用 1 题').waitFor()
    await boss.getByRole('button', { name: '开放考试' }).click()
    await boss.getByRole('button', { name: '确定' }).click()
    await boss.getByText('题库还差 2 题').waitFor()
    await boss.getByLabel('题数').fill('1')
    await boss.getByRole('button', { name: '加一条规则' }).click()
    await boss.getByText('1 × 2 分').waitFor()
    await boss.getByRole('button', { name: '开放考试' }).click()
    await boss.getByRole('button', { name: '确定' }).click()
    await boss.locator('.tag', { hasText: '开放中' }).waitFor()
    await accessible(boss)
    await picture(boss, 'training-manage')
  })

  const lin = await hotline.desk('lin', phone)
  await watching(lin, 'training-sitting', async () => {
    await lin.goto('/training')
    await lin.getByRole('button', { name: '开始考试' }).click()
    await lin.getByRole('button', { name: '确定' }).click()
    await lin.waitForURL('**/training/sittings/*')
    await lin.getByText('视为没有利息').click()
    await lin.getByText('已保存').waitFor()
    await fits(lin)
    await picture(lin, 'training-sitting-phone')
    await lin.reload()
    assert.ok(await lin.getByRole('radio').nth(1).isChecked(), 'the answer is still there')
    await accessible(lin)
    await lin.getByRole('button', { name: '交卷' }).first().click()
    await lin.getByRole('button', { name: '确定' }).click()
    await lin.getByText('已通过').waitFor()
    await lin.getByText('正确答案：B').waitFor()
    await picture(lin, 'training-result-phone')
  })
})

test('the typing test takes its time on the server', async () => {
  const lin = await hotline.desk('lin', desktop)
  await watching(lin, 'training-typing', async () => {
    await lin.goto('/training/typing')
    await lin.getByRole('button', { name: '开始测试' }).click()
    const body = await lin.locator('p.body').innerText()
    await lin.getByRole('textbox', { name: '打字测试' }).fill(body.slice(0, 60))
    await picture(lin, 'training-typing')
    await lin.keyboard.press('Control+Enter')
    await lin.getByRole('status').getByText('正确率 100%').waitFor()
    await accessible(lin)
  })
})
