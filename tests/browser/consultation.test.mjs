// One consultation from the first word to filing, by people in browsers (P01, P04, P10, P20, K02).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Hotline, fits, phone, watching } from './browser.mjs'

let h
before(async () => {
  h = await Hotline.start(['lin', 'chen', 'zhao', 'zhou'])
})
after(() => h?.stop())

const action = (page, name) => page.getByRole('group', { name: '可以做的' }).getByRole('button', { name })
const dialog = (page) => page.getByRole('dialog')
const confirm = (page, name) => dialog(page).getByRole('button', { name, exact: true })
const state = (page, name) => page.locator('.path .now').filter({ hasText: name })
const idOf = (page) => /cases\/(\d+)/.exec(page.url())[1]

async function intake(page, question) {
  await page.goto('/cases/new')
  await page.locator('#intake-asker').fill('王建国')
  await page.locator('#intake-phone').fill('13912345678')
  await page.getByRole('radiogroup', { name: '类别' }).getByText('民间借贷').click()
  await page.locator('#intake-question').fill(question)
}

test('operator hands over, lawyer answers, operator replies and files; both desks are live', async () => {
  const lin = await h.desk('lin')
  const zhao = await h.desk('zhao')
  const question = '邻居借款三万元到期不还，借条上没有写利息，能不能要利息？'

  await watching(zhao, 'two-zhao', () =>
    watching(lin, 'two-lin', async () => {
      await intake(lin, question)
      await lin.getByRole('article').first().waitFor() // pushed while typing (K02)
      await lin.getByRole('article').first().getByRole('button', { name: '引用' }).click()
      await lin.getByRole('radiogroup', { name: '如何办理' }).getByText('转专业律师').click()
      await lin.locator('form').getByRole('button', { name: '转专业律师' }).click()
      await lin.waitForURL(/cases\/\d+$/)
      const id = idOf(lin)
      await state(lin, '律师处理中').waitFor()
      await lin.getByText('4个工作小时内出具意见').first().waitFor()
      await lin.getByRole('region', { name: '引用法条' }).getByRole('link').first().waitFor()

      // the lawyer's desk shows it without being touched
      const row = zhao.getByRole('row').filter({ hasText: question.slice(0, 15) })
      await row.first().waitFor()
      await lin.goto('/')
      await lin.getByRole('heading', { level: 1 }).waitFor()

      await row.first().getByRole('link').first().click()
      await action(zhao, '提出意见').click()
      await zhao.locator('#act-opinion').fill('自然人之间借款没有约定利息的，视为没有利息；可以主张逾期利息。')
      await confirm(zhao, '提出意见').click()
      await state(zhao, '待回复咨询人').waitFor()
      assert.equal(await action(zhao, '回复咨询人').count(), 0, 'the lawyer is no longer in charge')

      // back at the operator's desk, live again
      const back = lin.getByRole('row').filter({ hasText: question.slice(0, 15) })
      await back.getByText('待回复咨询人').first().waitFor()
      await back.first().getByRole('link').first().click()
      await action(lin, '回复咨询人').click()
      await lin.locator('#act-answer').fill('已电话告知：没有约定利息视为没有利息，逾期后可以主张利息。')
      await confirm(lin, '回复咨询人').click()
      await state(lin, '已答复').waitFor()
      await action(lin, '归档').click()
      await confirm(lin, '归档').click()
      await lin.getByText('本工单已办结').waitFor()

      const c = await h.api('zhou')
      const { json } = await c.get(`/api/cases/${id}`)
      assert.equal(json.state, 'filed')
      assert.equal(json.fields.answer.startsWith('已电话告知'), true)
      assert.deepEqual(json.fields.phone, { sealed: true, hint: '139****5678' })
      assert.equal(json.first_asker.name, '林晓燕')
      assert.ok(json.clocks.every((k) => k.stopped_at), 'every clock has stopped')
      assert.equal(json.citations.length, 1)
      c.close()
    }),
  )
})

test('on a phone: take, answer and file', async () => {
  const page = await h.desk('chen', phone)
  await watching(page, 'phone', async () => {
    await fits(page)
    await page.getByRole('link', { name: '新咨询' }).click()
    await page.locator('#intake-asker').fill('李梅')
    await page.getByRole('radiogroup', { name: '类别' }).getByText('民间借贷').click()
    await page.locator('#intake-question').fill('借款合同没有约定还款期限，可以随时要求还款吗？')
    await fits(page)
    await page.getByRole('tab', { name: '法条推送' }).click()
    await page.getByRole('article').first().waitFor()
    await fits(page)
    await page.getByRole('tab', { name: '登记' }).click()
    await page.locator('#intake-answer').fill('可以催告对方在合理期限内返还。')
    await page.locator('form').getByRole('button', { name: '答复' }).click()
    await page.waitForURL(/cases\/\d+$/)
    await state(page, '已答复').waitFor()
    await fits(page)
    await page.getByRole('tab', { name: /记录/ }).click()
    await page.getByRole('region', { name: '办理记录' }).getByText('登记').waitFor()
    await action(page, '归档').click()
    await confirm(page, '归档').click()
    await page.getByText('本工单已办结').waitFor()
    for (const where of ['/', '/cases', '/statutes', '/processes', '/account']) {
      await page.goto(where)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await fits(page)
    }
  })
})

test('a whole call without the mouse', async () => {
  const page = await h.desk('lin')
  await watching(page, 'keyboard', async () => {
    const key = (k) => page.keyboard.press(k)
    const type = (s) => page.keyboard.type(s)
    const focused = () => page.evaluate(() => document.activeElement?.id ?? '')
    const tabTo = async (id) => {
      for (let i = 0; i < 25 && (await focused()) !== id; i++) await key('Tab')
      assert.equal(await focused(), id)
    }
    await key('n')
    await page.waitForURL('**/cases/new')
    await page.locator('#intake-question').waitFor()
    await tabTo('intake-asker')
    await type('张三')
    await tabTo('intake-phone')
    await type('13800001111')
    await key('Tab')
    await key('Space') // the first category
    await tabTo('intake-question')
    await type('公司借款到期不还，担保人要不要承担责任？')
    await page.getByRole('article').first().waitFor()
    await key('Alt+2') // reply within two working days
    await page.getByRole('button', { name: /^两个工作日内回复/ }).waitFor()
    const drafts = await page.evaluate(() => JSON.stringify(localStorage))
    assert.equal(drafts.includes('13800001111'), false, 'a sealed field never lies in lasting storage')
    await key('Control+Enter')
    await page.waitForURL(/cases\/\d+$/)
    await state(page, '待回复').waitFor()

    await key('Control+Enter') // the main action
    await page.locator('#act-answer').waitFor()
    await page.waitForFunction(() => document.activeElement?.id === 'act-answer')
    await type('担保人应当按照约定承担保证责任。')
    await key('Control+Enter')
    await state(page, '已答复').waitFor()
    await dialog(page).waitFor({ state: 'detached' })

    await key('m')
    await type('当事人表示清楚。')
    await key('Control+Enter')
    await page.getByRole('region', { name: '办理记录' }).getByText('当事人表示清楚。').waitFor()

    await page.evaluate(() => document.activeElement?.blur())
    await key('g')
    await key('c')
    await page.waitForURL('**/cases')
    await page.getByRole('table').waitFor()
    await key('j')
    await key('Enter')
    await page.waitForURL(/cases\/\d+$/)
    await key('/')
    await type('担保')
    await page.getByRole('option').first().waitFor()
    await key('Escape')
    await key('?')
    await dialog(page).getByText('搜索（任何页面）').waitFor()
    await key('Escape')
  })
})

test('a stale form shows what changed and keeps what was typed', async () => {
  const page = await h.desk('lin')
  await watching(page, 'stale', async () => {
    await intake(page, '朋友借钱不还怎么办？')
    await page.getByRole('radiogroup', { name: '如何办理' }).getByText('仅登记').click()
    await page.locator('form').getByRole('button', { name: '仅登记' }).click()
    await page.waitForURL(/cases\/\d+$/)
    const id = idOf(page)
    await action(page, '答复').click()
    await page.locator('#act-answer').fill('可以起诉，注意诉讼时效三年。')

    const c = await h.api('lin')
    const { json } = await c.get(`/api/cases/${id}`)
    const edit = await c.patch(`/api/cases/${id}`, { fields: { demand: '想要回本金' }, version: json.version })
    assert.equal(edit.status, 200, edit.text)
    c.close()

    await confirm(page, '答复').click()
    await dialog(page).getByText('这份工单刚刚被更新').waitFor()
    await dialog(page).getByText('更正信息').waitFor()
    assert.equal(await page.locator('#act-answer').inputValue(), '可以起诉，注意诉讼时效三年。')
    await dialog(page).getByRole('button', { name: '我已看过，继续提交' }).click()
    await state(page, '已答复').waitFor()
  })
})

test('offline is a state: what was typed survives a reload, and is registered once', async () => {
  const page = await h.desk('chen')
  await watching(page, 'offline', async () => {
    const question = '断网时登记的问题：借条丢了还能起诉吗？'
    await intake(page, question)
    await page.getByRole('radiogroup', { name: '如何办理' }).getByText('仅登记').click()
    await page.context().setOffline(true)
    await page.getByText('当前离线').first().waitFor()
    await page.locator('#intake-demand').fill('要回借款')
    await page.locator('form').getByRole('button', { name: '仅登记' }).click()
    await page.getByText('连不上服务器').first().waitFor()
    assert.equal(await page.locator('#intake-question').inputValue(), question)

    await page.context().setOffline(false)
    await page.reload()
    await page.getByText(/已恢复|草稿已保存/).waitFor()
    assert.equal(await page.locator('#intake-question').inputValue(), question)
    assert.equal(await page.locator('#intake-demand').inputValue(), '要回借款')
    assert.equal(await page.locator('#intake-phone').inputValue(), '13912345678', 'sealed: this tab only')
    await page.locator('form').getByRole('button', { name: '仅登记' }).click()
    await page.waitForURL(/cases\/\d+$/)

    const c = await h.api('chen')
    const { json } = await c.get(`/api/cases?q=${encodeURIComponent('断网时登记')}`)
    assert.equal(json.items.length, 1)
    c.close()
    await page.goto('/cases/new')
    await page.locator('#intake-question').waitFor()
    assert.equal(await page.locator('#intake-question').inputValue(), '', 'the draft is gone')
  })
})

test('two tabs share one event stream', async () => {
  const page = await h.desk('lin')
  await watching(page, 'tabs', async () => {
    const streams = []
    const context = page.context()
    context.on('request', (r) => r.url().includes('/api/events') && streams.push(r.url()))
    const second = await context.newPage()
    await second.goto('/')
    await second.getByText('实时更新中').waitFor()
    assert.equal(streams.length, 0, 'the second tab listens to the first')

    const taken = context.waitForEvent('request', (r) => r.url().includes('/api/events'))
    await page.close()
    await taken // the second has taken over
    await second.getByText('实时更新中').waitFor()
    const c = await h.api('lin')
    const fields = { category: 'loan', question: '第二个标签页也要看到这件', asker: '钱先生', phone: '13700001111' }
    const made = await c.post('/api/cases', { process: 'consultation', fields })
    const act = await c.post(`/api/cases/${made.json.id}/actions/defer`, {})
    assert.equal(act.status, 200, act.text)
    c.close()
    await second.getByText('第二个标签页也要看到这件').first().waitFor()
    assert.equal(streams.length, 1)
  })
})
