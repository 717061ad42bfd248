// The microloan association's line over HTTP, where both stores and the blobs take part: the member's recorded
// consent (P07, T03), the conflict check and the signed agreement (P22), who sees what (T02).
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Server } from './harness.mjs'

let server, agent, legal
before(async () => {
  server = await Server.start({ profile: 'anhui-microloan' })
  agent = await server.as('agent1')
  legal = await server.as('legal1')
})
after(() => {
  agent?.close()
  legal?.close()
  return server.remove()
})

const act = (c, id, action, fields = {}, note) => c.post(`/api/cases/${id}/actions/${action}`, { fields, note })
const action = (view, name) => view.actions.find((a) => a.name === name)

async function risky() {
  const client = await agent.post('/api/clients', { kind: 'company', name: '徽商小额贷款有限公司', phone: '0551-62880001', member: true })
  assert.equal(client.status, 201, client.text)
  const created = await agent.post('/api/cases', {
    process: 'consultation',
    client_id: client.json.id,
    fields: { unit: '徽商小额贷款有限公司', caller: '刘某', phone: '13800138000', question: '拟批量起诉，担心程序风险', category: 'collection', high_risk: true },
  })
  assert.equal(created.status, 201, created.text)
  return { client: client.json.id, id: created.json.id, view: created.json }
}

test('P07 a high-risk question becomes a work order with the recorded consent only, and not after it was taken back', async () => {
  const { client, id, view } = await risky()
  assert.equal(action(view, 'work_order').enabled, false)
  assert.match(action(view, 'work_order').why.zh, /同意/)
  const early = await act(agent, id, 'work_order')
  assert.equal(early.status, 409)
  const consent = (given) =>
    agent.post(`/api/clients/${client}/consents`, { purpose: 'work_order', scope: '转法务团队专项处理', given, channel: 'phone' })
  assert.equal((await consent(true)).status, 201)
  assert.ok((await consent(false)).status < 300)
  assert.equal((await act(agent, id, 'work_order')).status, 409)
  assert.ok((await consent(true)).status < 300)
  const made = await act(agent, id, 'work_order')
  assert.equal(made.status, 200, made.text)
  assert.equal(made.json.state, 'work_order')
  assert.equal(made.json.children.length, 1)
})

test('P06 P22 opinion, conflict check, meeting and signed agreement before the service', async () => {
  const created = await legal.post('/api/cases', { process: 'legal_service', fields: { unit: '徽商小贷', matter: '批量诉讼', category: 'npa' } })
  assert.equal(created.status, 201, created.text)
  const id = created.json.id
  const mine = await server.as(created.json.assignee.id === legal.person.id ? 'legal1' : 'legal2')
  assert.equal((await act(mine, id, 'give_opinion', { opinion: '可以起诉，注意管辖' })).status, 200)
  assert.equal((await act(mine, id, 'sign')).json.code, 'conflict')
  assert.equal((await act(mine, id, 'check_conflict', { conflict: 'found' })).status, 200)
  const met_at = new Date().toISOString()
  assert.equal((await act(mine, id, 'sign', { met_at, agreement: ['1'] })).status, 409)
  assert.equal((await act(mine, id, 'check_conflict', { conflict: 'none' })).status, 200)
  const missing = await act(mine, id, 'sign', { met_at })
  assert.equal(missing.status, 422)
  assert.equal(missing.json.field, 'agreement')
  for (const agreement of [['1'], [], ['x'], 'x']) {
    const bogus = await act(mine, id, 'sign', { met_at, agreement })
    assert.equal(bogus.status, 422, JSON.stringify(agreement))
    assert.equal(bogus.json.field, 'agreement')
  }
  const upload = await mine.post(`/api/cases/${id}/attachments?name=${encodeURIComponent('服务协议.pdf')}`, Buffer.from('%PDF-1.4 signed'), { type: 'application/pdf' })
  assert.equal(upload.status, 201, upload.text)
  const signed = await act(mine, id, 'sign', { met_at, agreement: [upload.json.id] })
  assert.equal(signed.status, 200, signed.text)
  assert.equal(signed.json.state, 'agreed')
  assert.equal((await act(mine, id, 'finish', { result: '已立案' })).json.ended, true)
  mine.close()
})

test('T02 a case is seen by the roles its process names, and by nobody else', async () => {
  const secretary = await server.as('secretary')
  const { id } = await risky()
  // the association stands above the firm in the tree, and the consultation names its secretariat (P08)
  assert.equal((await secretary.get(`/api/cases/${id}`)).status, 200)
  assert.equal((await act(secretary, id, 'answer', { answer: '越权' })).status, 403)
  const archive = await server.as('archive')
  assert.equal((await archive.get(`/api/cases/${id}`)).status, 404)
  secretary.close()
  archive.close()
})
