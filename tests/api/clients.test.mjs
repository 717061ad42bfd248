// Client master data over HTTP: look-up, reveal, consent, conflicts, erasure (T01, T03, T04, T08, P22, V08), and
// what lies on the disk and in the log: nothing in clear.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Server, lexline } from './harness.mjs'

const NAME = '欧阳淑兰'
const PHONE = '13987650001'
const ID_NUMBER = '430102198803074444'
const STREET = '芙蓉区五一大道七十七号'
let server, lin, donghu, zhou, deng

before(async () => {
  server = await Server.start({ profile: 'demo' })
  ;[lin, donghu, zhou, deng] = await Promise.all(['lin', 'donghu', 'zhou', 'deng'].map((n) => server.as(n)))
})
after(() => server.remove())

const ok = (r, status = 200) => (assert.equal(r.status, status, r.text), r.json)
const register = async (c, more) => ok(await c.post('/api/clients', { kind: 'person', name: NAME, phone: PHONE, ...more }), 201)

test('T03 a client is registered, found by number and sound, and shown as hints', async () => {
  const c = await register(lin, { address: STREET, id_number: ID_NUMBER, sensitive_consent: 'phone' })
  assert.equal(c.name, NAME)
  assert.equal(c.phone_hint, '139****0001')
  assert.equal(c.id_number_hint, '430***4444')
  for (const q of [`q=${encodeURIComponent(NAME)}`, 'q=ouyangshulan', 'q=oysl', `q=${PHONE}`])
    assert.ok(ok(await lin.get(`/api/clients?${q}`)).items.some((i) => i.id === c.id), q)
  assert.equal(ok(await lin.get(`/api/clients/lookup?phone=${PHONE}`)).items[0].id, c.id)
  const text = JSON.stringify(ok(await lin.get(`/api/clients/${c.id}`)))
  for (const secret of [PHONE, ID_NUMBER, STREET]) assert.ok(!text.includes(secret), secret)
})

test('T04 a reveal needs a purpose and is in the access log with it', async () => {
  const c = await register(lin, { name: '钱多多' })
  assert.equal((await lin.post(`/api/clients/${c.id}/reveal`, { field: 'phone' })).status, 422)
  assert.equal(ok(await lin.post(`/api/clients/${c.id}/reveal`, { field: 'phone', purpose: '回拨' })).value, `+86${PHONE}`)
  const entry = ok(await deng.get(`/api/access-log?subject_id=${c.id}`)).items[0]
  assert.equal(entry.action, 'client.reveal')
  assert.equal(entry.store, 'clients')
  assert.equal(entry.actor.name, '林晓燕')
  assert.deepEqual(entry.detail, { field: 'phone', purpose: '回拨' })
  assert.equal((await lin.get('/api/access-log')).status, 403)
})

test('T03 sensitive data only with the separate consent; a consent can be taken back', async () => {
  const c = await register(lin, { name: '周小舟' })
  const refused = await lin.patch(`/api/clients/${c.id}`, { bank_account: '6222020200112233' })
  assert.equal(refused.status, 422)
  assert.equal(refused.json.field, 'sensitive_consent')
  ok(await lin.post(`/api/clients/${c.id}/consents`, { purpose: 'sensitive', scope: '账号', given: true, channel: 'written' }), 201)
  assert.equal(ok(await lin.patch(`/api/clients/${c.id}`, { bank_account: '6222020200112233' })).bank_account_hint, '***2233')
  ok(await lin.post(`/api/clients/${c.id}/consents`, { purpose: 'sensitive', given: false, channel: 'phone' }), 201)
  assert.equal((await lin.patch(`/api/clients/${c.id}`, { bank_account: '6222020200119999' })).status, 422)
  assert.deepEqual(ok(await lin.get(`/api/clients/${c.id}/consents`)).items.map((i) => i.given), [false, true])
})

test('S01 the level below does not see what the level above registered', async () => {
  const c = await register(lin, { name: '上级客户' })
  assert.equal((await donghu.get(`/api/clients/${c.id}`)).status, 404)
  assert.equal((await donghu.post(`/api/clients/${c.id}/reveal`, { field: 'phone', purpose: '好奇' })).status, 404)
  assert.equal((await donghu.patch(`/api/clients/${c.id}`, { tier: 'key' })).status, 404)
  const below = await register(donghu, { name: '下级客户', phone: '13987650002' })
  assert.equal(ok(await lin.get(`/api/clients/${below.id}`)).name, '下级客户')
})

test('P22 conflicts are found among clients and parties of cases', async () => {
  await register(lin, { kind: 'company', name: '星城湘绣工艺有限公司', former_names: ['星城绣品厂'] })
  const made = ok(await lin.post('/api/cases', { process: 'consultation', fields: { question: '欠款', category: 'loan', asker: '甲', phone: PHONE } }), 201)
  ok(await lin.post(`/api/cases/${made.id}/parties`, { name: '长风物流有限责任公司', role: 'opponent' }), 201)
  const why = async (name) => ok(await lin.get(`/api/clients/conflicts?name=${encodeURIComponent(name)}`)).items
  assert.equal((await why('星城湘绣工艺有限公司'))[0].why.zh, '名称相同')
  assert.equal((await why('星城绣品厂'))[0].why.zh, '曾用名相同')
  assert.equal((await why('星程香绣工艺'))[0].why.zh, '读音相同')
  const [party] = await why('长风物流')
  assert.equal(party.role, 'opponent')
  assert.equal(party.number, made.number)
  assert.equal(party.why.zh, '除企业组织形式外相同')
  assert.deepEqual(await why('毫不相干'), [])
  assert.equal(ok(await lin.get(`/api/cases/${made.id}/parties`)).items[0].name, '长风物流有限责任公司')
  assert.equal((await donghu.post(`/api/cases/${made.id}/parties`, { name: 'x', role: 'third' })).status, 404)
})

test('T08 an erased client leaves only the statistics; the export came before', async () => {
  const c = await register(lin, { name: '不想留名', tier: 'key' })
  assert.equal((await lin.post(`/api/clients/${c.id}/erase`, { purpose: '本人申请' })).status, 403)
  assert.equal(ok(await zhou.post(`/api/clients/${c.id}/export`, { purpose: '本人申请' })).values.phone, `+86${PHONE}`)
  assert.equal((await zhou.post(`/api/clients/${c.id}/erase`, { purpose: '本人申请' })).status, 204)
  const left = ok(await lin.get(`/api/clients/${c.id}`))
  assert.deepEqual([left.name, left.phone_hint, left.tier, left.erased], ['', null, 'key', true])
  assert.equal(ok(await lin.get(`/api/clients?q=${encodeURIComponent('不想留名')}`)).items.length, 0)
})

test('T08 after a rotation of the keys every sealed value is sealed anew and opens as before', async () => {
  const c = await register(lin, {
    name: '换钥匙', email: 'key@example.cn', address: STREET, note: '备注', former_names: ['旧钥匙'],
    contacts: [{ name: '联系人', phone: '13600001234', role: '家属' }],
  })
  await server.stop()
  const rotated = lexline(['keys', 'rotate', '--data', server.dir, '--reseal'])
  assert.equal(rotated.code, 0, rotated.stderr)
  assert.ok(Number(/clients: (\d+) values/.exec(rotated.stdout)[1]) >= 7, rotated.stdout)
  await server.serve()
  lin = await server.as('lin')
  zhou = await server.as('zhou')
  donghu = await server.as('donghu')
  const all = ok(await zhou.post(`/api/clients/${c.id}/export`, { purpose: '检查' }))
  assert.deepEqual(all.values, { name: '换钥匙', phone: `+86${PHONE}`, email: 'key@example.cn', address: STREET })
  assert.equal(all.client.note, '备注')
  assert.deepEqual(all.client.former_names, ['旧钥匙'])
  assert.deepEqual(all.contacts, [{ role: '家属', name: '联系人', phone: '+8613600001234' }])
  assert.ok(ok(await lin.get(`/api/clients?q=${encodeURIComponent('换钥匙')}`)).items.some((i) => i.id === c.id))
})

test('C03 a stale version is refused', async () => {
  const c = await register(lin, { name: '版本' })
  ok(await lin.patch(`/api/clients/${c.id}`, { tier: 'key', version: c.version }))
  const stale = await lin.patch(`/api/clients/${c.id}`, { tier: 'ordinary', version: c.version })
  assert.equal(stale.json.code, 'stale')
})

test('T01 T08 neither the files nor the log hold a name, number or address in clear', async () => {
  await register(lin, { address: STREET, id_number: ID_NUMBER, sensitive_consent: 'phone' })
  await server.stop()
  const secrets = [NAME, PHONE, ID_NUMBER, STREET, 'ouyangshulan'].map((s) => Buffer.from(s))
  const files = fs.readdirSync(server.dir, { recursive: true, withFileTypes: true }).filter((f) => f.isFile())
  let looked = 0
  for (const f of files) {
    const file = path.join(f.parentPath ?? f.path, f.name)
    const content = fs.readFileSync(file)
    looked += content.length
    for (const s of secrets) assert.ok(!content.includes(s), `${file} holds ${s}`)
  }
  assert.ok(looked > 1000)
  for (const s of secrets) assert.ok(!server.log.includes(String(s)), `the log holds ${s}`)
})
