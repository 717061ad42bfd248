// One consultation of each hotline from the first word to filing, over HTTP, by the people the profile brings
// (P01, P02, P04, P05, P08, P10, P13, P20). The demo's is in cases.test.mjs.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Server } from './harness.mjs'

const servers = []
after(() => Promise.all(servers.map((s) => s.remove())))

const ok = (r, status = 200) => (assert.equal(r.status, status, r.text), r.json)
const act = async (c, id, action, fields = {}, status = 200) => ok(await c.post(`/api/cases/${id}/actions/${action}`, { fields }), status)

async function open(profile, ...names) {
  const server = await Server.start({ profile })
  servers.push(server)
  return [server, ...(await Promise.all(names.map((n) => server.as(n))))]
}

test('every first person of every profile signs in', async () => {
  for (const profile of ['hunan-12348', 'anhui-microloan', 'changzhou-debt']) {
    const [server] = await open(profile)
    const names = Object.keys(server.people)
    assert.ok(names.length >= 7, names.join())
    let came = 0
    for (const name of names) {
      const c = server.client()
      const signed = await c.signIn(name, server.people[name])
      // one address signs in no faster than this allows
      if (signed.status === 429) break
      assert.equal(signed.status, 200, `${profile} ${name}: ${signed.text}`)
      ok(await c.get('/api/me'))
      c.close()
      came++
    }
    assert.ok(came >= 6, `${profile}: ${came}`)
  }
})

test('P01 P02 P10 P13 P20 Hunan: hard, urgent, reported, referred, tracked, told back, filed', async () => {
  const [, duty, head, director, zhuzhou] = await open('hunan-12348', 'duty1', 'head', 'director', 'duty3')
  const fields = { asker: '陈某', phone: '13800138000', category: 'labour', question: '三十名工人被拖欠半年工资', gravity: 'group' }
  const c = ok(await duty.post('/api/cases', { process: 'consultation', fields }), 201)
  assert.equal(c.first_asker.name, '值班律师一')
  await act(duty, c.id, 'answer', { answer: '…' }, 409) // first the report (P02)
  await act(duty, c.id, 'report', { gravity: 'group', calming: '已安抚，劝其推选代表' })
  assert.ok(ok(await director.get('/api/inbox')).items.some((m) => m.case_id === c.id))
  await act(director, c.id, 'instruct', { instruction: '速转劳动监察' })
  const pending = await act(duty, c.id, 'defer', { asker: '陈某', phone: '13800138000' })
  assert.deepEqual(pending.clocks.map((k) => [k.name, k.status]), [['reply', 'running']])
  const referred = await act(duty, c.id, 'refer', { body: '劳动监察支队', body_phone: '0731-12333', wanted_by: '2027-01-15' })
  assert.equal(referred.state, 'with_body')
  const [child] = referred.children
  await act(duty, child.id, 'send', { body_person: '王科长' })
  await act(duty, child.id, 'answer', { body_answer: '已立案调查' })
  const back = ok(await duty.get(`/api/cases/${c.id}`))
  assert.deepEqual([back.state, back.fields.body_answer, back.assignee.name], ['body_back', '已立案调查', '值班律师一'])
  assert.equal(back.clocks.find((k) => k.name === 'tell').status, 'running')
  await act(duty, c.id, 'tell_body_answer', { answer: '劳动监察已立案，请持工资条配合调查' })
  const filed = await act(head, c.id, 'file')
  assert.equal(filed.ended, true)
  assert.ok(filed.clocks.every((k) => k.status === 'stopped'))
  assert.ok(ok(await head.get('/api/ledgers/major')).items.some((e) => e.number === c.number))
  assert.equal((await zhuzhou.get(`/api/cases/${c.id}`)).status, 404) // another city's line
})

test('P04 P05 P08 P20 Anhui: a specialist’s opinion; legal opinion within the hour; nothing said before the association', async () => {
  const [server, agent, finance, secretary] = await open('anhui-microloan', 'agent1', 'finance1', 'secretary')
  const ask = async (more) => {
    const fields = { unit: '庐州小额贷款有限公司', caller: '马某', phone: '13800138000', question: '保证期间怎么算', category: 'contract', ...more }
    return ok(await agent.post('/api/cases', { process: 'consultation', fields }), 201)
  }

  let c = await ask()
  assert.equal((await act(agent, c.id, 'to_specialist')).assignee.name, '金融坐席')
  const free = await act(finance, c.id, 'judge_free', { opinion_back: '六个月，自主债务履行期届满起算' })
  assert.deepEqual([free.fields.paid, free.assignee.name], ['free', '热线专员一'])
  await act(agent, c.id, 'reply', { answer: '保证期间为六个月' })
  assert.equal((await act(agent, c.id, 'file')).ended, true)

  c = await ask({ category: 'npa' })
  const legal = await act(agent, c.id, 'to_legal')
  const hour = legal.clocks.find((k) => k.name === 'opinion')
  assert.equal(Date.parse(hour.due_at) - Date.parse(hour.started_at), 3600000)
  assert.equal(legal.assignee.name, '金融坐席') // skill: npa
  const planning = await act(finance, c.id, 'give_legal_opinion', { legal_opinion: '可转让债权' })
  const team = await server.as({ 法务一: 'legal1', 法务二: 'legal2' }[planning.assignee.name])
  await act(team, c.id, 'submit_plan', { plan: '公开转让方案' })
  await act(agent, c.id, 'reply', { answer: '见方案' })
  assert.equal((await act(agent, c.id, 'file')).ended, true)
  assert.ok(ok(await (await server.as('head')).get('/api/ledgers/legal_opinions')).items.some((e) => e.number === c.number))

  c = await ask({ public_event: true })
  await act(agent, c.id, 'answer', { answer: '…' }, 409)
  const meeting = await act(agent, c.id, 'to_discussion')
  assert.equal(meeting.state, 'discussion')
  await act(agent, c.id, 'reply', { answer: '…' }, 409)
  for (const name of ['legal1', 'legal2']) {
    const member = await server.as(name)
    const vote = ok(await member.get(`/api/cases/${c.id}`)).actions.find((a) => a.enabled && /pass|agree|approve/.test(a.name))
    if (vote) await act(member, c.id, vote.name, { opinion: '统一口径' })
  }
  assert.equal(ok(await agent.get(`/api/cases/${c.id}`)).state, 'association')
  await act(agent, c.id, 'reply', { answer: '…' }, 409)
  await act(secretary, c.id, 'record_association', { association_opinion: '按统一口径答复' })
  await act(agent, c.id, 'reply', { answer: '以书面通报为准' })
  assert.equal((await act(agent, c.id, 'file')).ended, true)
})
