// The console's other screens: signing in, sealed fields, files, statutes, administration, accessibility.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AXE, Hotline, PASSWORD, desktop, fits, picture, watching } from './browser.mjs'

let h
let caseId
before(async () => {
  h = await Hotline.start(['lin', 'zhou', 'admin'])
  const c = await h.api('lin')
  const fields = { asker: '赵敏', phone: '13612349876', category: 'loan', question: '担保人不在了，债务怎么办？', demand: '想了解程序' }
  const made = await c.post('/api/cases', { process: 'consultation', fields })
  assert.equal(made.status, 201, made.text)
  caseId = made.json.id
  c.close()
})
after(() => h?.stop())

const dialog = (page) => page.getByRole('dialog')

test('a wrong password is told in words; a temporary one must be changed first', async () => {
  const page = await h.stranger()
  await watching(page, 'sign-in', async () => {
    await page.goto('/cases')
    await page.waitForURL(/sign-in\?to=/)
    await page.fill('#name', 'sun')
    await page.fill('#password', 'wrong')
    await page.keyboard.press('Enter')
    await page.getByText('用户名、口令或动态码不正确').waitFor()
    await page.fill('#password', h.server.people.sun)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: '首次登录请先修改口令' }).waitFor()
    await page.goto('/cases')
    await page.getByRole('heading', { name: '首次登录请先修改口令' }).waitFor()
    await page.fill('#old', h.server.people.sun)
    await page.fill('#fresh', 'short')
    await page.fill('#again', 'short')
    await page.keyboard.press('Enter')
    await page.getByText('口令至少要 12 个字符').waitFor()
    await page.fill('#fresh', PASSWORD)
    await page.fill('#again', PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByText('孙丽萍，').waitFor()
  })
})

test('too many mistakes lock the account, and an administrator unlocks it', async () => {
  const page = await h.stranger()
  const admin = await h.desk('admin')
  await watching(admin, 'unlock', () =>
    watching(page, 'locked', async () => {
      await page.goto('/sign-in')
      await page.fill('#name', 'he')
      const told = page.getByText('账号已暂时锁定')
      for (let i = 0; i < 12 && !(await told.count()); i++) {
        await page.fill('#password', `wrong ${i}`)
        const answer = page.waitForResponse('**/api/session')
        await page.keyboard.press('Enter')
        await answer
        await page.getByRole('alert').waitFor()
      }
      await told.waitFor()
      await admin.goto('/admin/people')
      const row = admin.getByRole('row').filter({ hasText: '何静' })
      await row.getByText('已锁定').waitFor()
      await row.getByRole('button').click()
      await admin.getByRole('menuitem', { name: '解锁' }).click()
      await admin.getByText('已解锁').waitFor()
      await row.getByText('在用').waitFor()
    }),
  )
})

test('a sealed field is shown for a purpose, and the access log says so (T03, T04)', async () => {
  const page = await h.desk('lin')
  await watching(page, 'reveal', async () => {
    await page.goto(`/cases/${caseId}`)
    assert.equal(await page.getByText('13612349876').count(), 0)
    await page.getByRole('button', { name: '查看 联系电话' }).click()
    await dialog(page).locator('#purpose').fill('回')
    await dialog(page).getByRole('button', { name: '查看', exact: true }).click()
    await dialog(page).getByText('请写明目的').waitFor()
    await dialog(page).getByRole('button', { name: '回复咨询人' }).click()
    await dialog(page).getByRole('button', { name: '查看', exact: true }).click()
    await page.getByText(/1361234\s?9876/).waitFor()
  })
  const boss = await h.desk('zhou')
  await watching(boss, 'access-log', async () => {
    await boss.goto('/admin/access')
    const row = boss.getByRole('row').filter({ hasText: '林晓燕' }).first()
    await row.getByText('回复咨询人').waitFor()
    await row.getByText('phone').waitFor()
    await boss.goto('/admin/audit')
    await boss.getByRole('button', { name: '校验完整性' }).click()
    await boss.getByText(/日志完整：\d+ 条/).waitFor()
  })
})

test('a file goes up and comes back unchanged', async () => {
  const page = await h.desk('lin')
  await watching(page, 'files', async () => {
    await page.goto(`/cases/${caseId}`)
    const body = Buffer.from('借款合同\n'.repeat(5000))
    await page.locator('input[type=file]').setInputFiles({ name: '借款合同.txt', mimeType: 'text/plain', buffer: body })
    const link = page.getByRole('link', { name: '借款合同.txt' })
    await link.waitFor()
    const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
    assert.equal(file.suggestedFilename(), '借款合同.txt')
    const parts = []
    for await (const part of await file.createReadStream()) parts.push(part)
    assert.ok(Buffer.concat(parts).equals(body))
  })
})

test('the list filters, is saved as a view and exported (R04)', async () => {
  const page = await h.desk('lin')
  await watching(page, 'list', async () => {
    await page.goto('/cases')
    await page.getByRole('table').waitFor()
    await page.getByPlaceholder('工单号、标题').fill('担保人不在了')
    await page.waitForURL(/q=/)
    await page.getByText('1 条', { exact: true }).waitFor()
    await page.getByRole('button', { name: /常用视图/ }).click()
    await page.getByRole('menuitem', { name: /存为视图/ }).click()
    await dialog(page).getByRole('textbox').fill('担保问题')
    await page.keyboard.press('Enter')
    await page.getByText('已保存').waitFor()
    await page.goto('/cases')
    await page.getByRole('button', { name: /常用视图/ }).click()
    await page.getByRole('menuitem', { name: /担保问题/ }).click()
    await page.getByText('1 条', { exact: true }).waitFor()
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出 Excel' }).click()])
    assert.match(file.suggestedFilename(), /\.xlsx$/)
    await page.getByPlaceholder('工单号、标题').fill('没有这样的工单')
    await page.getByText('没有符合条件的工单').waitFor()
  })
})

test('statutes: searched in plain words, read with their versions, on a given day (K01)', async () => {
  const page = await h.desk('lin')
  await watching(page, 'statutes', async () => {
    await page.goto('/statutes')
    await page.getByRole('textbox', { name: '搜索', exact: true }).fill('借款没有约定利息')
    const first = page.getByRole('article').first()
    await first.locator('mark').first().waitFor()
    await first.getByRole('link').first().evaluate((a) => a.removeAttribute('target'))
    await first.getByRole('link').first().click()
    await page.waitForURL(/articles\/\d+/)
    await page.getByRole('link', { name: '查看全文' }).click()
    await page.waitForURL(/laws\/\d+/)
    await page.getByText(/第.+条/).first().waitFor()
  })
})

test('the gallery draws every process, and the calendar tells a due time', async () => {
  const page = await h.desk('zhou')
  await watching(page, 'processes', async () => {
    await page.goto('/processes/consultation')
    const drawing = page.getByRole('img', { name: /流程图/ })
    await drawing.waitFor()
    await page.waitForFunction(() => document.querySelector('.drawing img').naturalWidth > 100)
    await page.goto('/admin/calendars')
    await page.getByRole('heading', { name: '每周值班时间' }).waitFor()
    await page.locator('#due-from').fill('2026-05-08T10:00')
    await page.getByRole('button', { name: '试算到期时间' }).click()
    await page.getByText(/到期：2026-05-1\d/).waitFor()
  })
})

test('English: no Chinese is left in the frame', async () => {
  const page = await h.desk('zhou')
  await watching(page, 'english', async () => {
    await page.getByRole('button', { name: /的菜单$/ }).click()
    await page.getByRole('menuitem', { name: 'English' }).click()
    await page.getByRole('link', { name: 'Desk', exact: true }).waitFor()
    assert.equal(await page.locator('html').getAttribute('lang'), 'en')
    for (const where of ['/cases', '/statutes', '/processes', '/account', '/admin/people', '/admin/calendars']) {
      await page.goto(where)
      await page.getByRole('heading', { level: 1 }).waitFor()
      const words = await page.locator('h1, h2, th, header nav').allInnerTexts()
      const left = words.filter((w) => /[\u4e00-\u9fff]/.test(w))
      assert.deepEqual(left, [], where)
    }
  })
})

test('the first page weighs less than 400 KB', async () => {
  const page = await h.stranger()
  await watching(page, 'weight', async () => {
    const loaded = []
    page.on('requestfinished', (r) => r.url().includes('/api/') || loaded.push(r.sizes()))
    await page.goto('/sign-in')
    await page.fill('#name', 'lin')
    await page.fill('#password', PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByText('待办时限').waitFor()
    const bytes = (await Promise.all(loaded)).reduce((sum, size) => sum + size.responseBodySize, 0)
    assert.ok(bytes > 50_000 && bytes < 400_000, `${bytes} bytes`)
  })
})

for (const scheme of ['light', 'dark'])
  test(`accessible and readable in ${scheme} (axe, contrast)`, async () => {
    const page = await h.desk('zhou', { ...desktop, colorScheme: scheme })
    await watching(page, `axe-${scheme}`, async () => {
      const found = []
      const places = ['/', '/cases', '/cases/new', `/cases/${caseId}`, '/statutes?q=借款利息', '/processes', '/account']
      for (const where of [...places, '/admin/people', '/admin/roles', '/admin/calendars', '/admin/audit', '/admin/ledger']) {
        await page.goto(where)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.waitForFunction(() => !document.querySelector('.bones'))
        await fits(page)
        await page.evaluate(AXE) // by the debugger's way: the page's policy would refuse a script
        const out = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa'] }))
        for (const v of out.violations)
          for (const n of v.nodes.slice(0, 3)) found.push(`${where}: ${v.id}: ${n.target.join(' ')}`)
      }
      if (found.length) await picture(page, `axe-${scheme}`)
      assert.deepEqual(found, [])
    })
  })

test('a client is put on file during the call, and found by phone the next time (V08, P22, T03)', async () => {
  const page = await h.desk('lin')
  await watching(page, 'client', async () => {
    await page.goto('/cases/new')
    await page.locator('#intake-lookup').fill('13500007777')
    await page.getByRole('button', { name: '建立客户' }).first().click()
    await page.locator('#nc-name').fill('顺达运输有限公司')
    await page.getByRole('radiogroup', { name: '类型' }).getByText('企业').click()
    await page.getByRole('button', { name: '建立客户' }).click()
    const caller = page.getByRole('region', { name: '来电人' })
    await caller.getByText('第一次咨询').waitFor()
    await caller.getByText('未发现利益冲突').waitFor()
    await page.getByRole('radiogroup', { name: '类别' }).getByText('合同纠纷').click()
    await page.locator('#intake-question').fill('运费被拖欠怎么办？')
    await page.getByRole('radiogroup', { name: '如何办理' }).getByText('仅登记').click()
    await page.locator('form').getByRole('button', { name: '仅登记' }).click()
    await page.waitForURL(/cases\/\d+$/)
    await page.goto('/cases/new')
    await page.locator('#intake-lookup').fill('13500007777')
    await page.getByRole('option').filter({ hasText: '顺达运输' }).waitFor()
    await page.keyboard.press('Enter')
    await caller.getByText('未结 1 件').waitFor()
    await caller.getByText('运费被拖欠怎么办？').waitFor()

    await page.getByRole('region', { name: '来电人' }).getByRole('link', { name: '顺达运输有限公司' }).evaluate((a) => a.removeAttribute('target'))
    await page.getByRole('link', { name: '顺达运输有限公司' }).click()
    await page.getByRole('button', { name: '记录同意' }).click()
    await page.locator('#cs-purpose').fill('回访')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByRole('region', { name: '告知与同意' }).getByText('回访').waitFor()
  })
})
