// What holds for every operation, whatever it does: its description is valid, and a stranger gets nowhere (T02).
// New operations are walked over without a line here.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { lexline, Server, SOURCE } from './harness.mjs'

const SECRET = '东湖机密'
let server, admin, op, document, operations
let foreign // ids of the first organisation, by what they are
let stranger // every role there is, in the other organisation

before(async () => {
  server = await Server.start()
  document = (await server.client().get('/api/openapi.json')).json
  operations = listOperations(document)
  admin = await server.as('admin')
  op = await server.as('op')
  foreign = await plant()
  stranger = await personWith('stranger', await allRoles(), await orgId('西山站'))
})
after(() => server.remove())

// The fixture's own operations (test.*) are none of the product's.
const isOurs = (name) => !name.startsWith('test.')

// → [{name, method, path, isPublic, roles, parameters, body}]
function listOperations(doc) {
  return Object.entries(doc.paths).flatMap(([route, methods]) =>
    Object.entries(methods).filter(([, o]) => isOurs(o.operationId)).map(([method, o]) => ({
      name: o.operationId,
      method: method.toUpperCase(),
      path: route,
      isPublic: o['x-roles'].includes('public'),
      isForAny: o['x-roles'].includes('any'),
      roles: o['x-roles'],
      parameters: o.parameters,
      upload: Boolean(o.requestBody?.content['application/octet-stream']),
      body: o.requestBody?.content['application/json']?.schema,
    })),
  )
}

const has = (name) => operations.some((o) => o.name === name)

async function items(client, target) {
  const r = await client.get(target)
  assert.equal(r.status, 200, `${target}: ${r.text}`)
  return r.json.items
}

async function orgId(name) {
  return (await items(admin, '/api/orgs')).find((o) => o.name === name).id
}

async function allRoles() {
  return (await items(admin, '/api/roles')).map((r) => r.name)
}

async function personWith(name, roles, org_id) {
  const made = await admin.post('/api/people', { name, display_name: name, org_id, roles })
  assert.equal(made.status, 201, made.text)
  return server.as(name, made.json.password)
}

// Something of every kind in the first organisation, made by its own people.
async function plant() {
  const people = await items(op, '/api/people')
  const ids = {
    org: await orgId('东湖站'),
    person: people.find((p) => p.name === 'op2').id,
    session: (await items(op, '/api/me/sessions'))[0].id,
  }
  if (has('client.create')) {
    const made = await op.post('/api/clients', { kind: 'person', name: SECRET, phone: '13800138000' })
    assert.equal(made.status, 201, made.text)
    ids.client = made.json.id
  }
  if (has('case.create')) await plantCase(ids)
  return ids
}

async function plantCase(ids) {
  const process = (await items(op, '/api/processes')).find((p) => p.may_create)
  assert.ok(process, 'the fixture has a process that an operator may begin')
  const definition = (await op.get(`/api/processes/${process.name}`)).json
  const fields = Object.fromEntries(
    definition.create.form.map((f) => [f.field, fieldValue(definition.fields.find((d) => d.name === f.field))]).filter(([, v]) => v !== undefined),
  )
  const made = await op.post('/api/cases', { process: process.name, title: SECRET, fields })
  assert.equal(made.status, 201, made.text)
  ids.case = made.json.id
  if (has('case.attach')) {
    const file = await op.post(`/api/cases/${ids.case}/attachments?name=a.txt`, SECRET, { type: 'text/plain' })
    assert.ok(file.status < 300, file.text)
    ids.attachment = file.json.id
  }
}

function fieldValue(field) {
  switch (field?.type) {
    case 'int': case 'money': return 1
    case 'bool': return true
    case 'date': return '2026-05-09'
    case 'time': return '2026-05-09T08:30:00+08:00'
    case 'phone': return '13800138000'
    case 'email': return 'a@example.org'
    case 'choice': return field.choices[0].value
    case 'choices': return [field.choices[0].value]
    case 'text': case 'long_text': return SECRET
    default: return undefined
  }
}

const isId = (schema) => /1-9/.test(schema.pattern ?? '')

// A value its schema accepts; ids are given.
function valueFor(schema, id) {
  if (schema.enum) return schema.enum[0]
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (isId(schema)) return id
  if (schema.format === 'date-time') return '2026-05-09T08:30:00Z'
  if (schema.format === 'date') return '2026-05-09'
  if (type === 'integer') return schema.minimum ?? 1
  if (type === 'number') return 1
  if (type === 'boolean') return true
  if (type === 'string') return 'x'.repeat(Math.max(schema.minLength ?? 1, 1))
  return {}
}

// Everything required, and every id there is room for.
function requestOf(o, id) {
  const query = new URLSearchParams()
  let target = o.path
  for (const p of o.parameters) {
    const v = String(valueFor(p.schema, id))
    if (p.in === 'path') target = target.replace(`{${p.name}}`, encodeURIComponent(v))
    else if (p.required) query.set(p.name, v)
  }
  const body = {}
  for (const [name, schema] of Object.entries(o.body?.properties ?? {}))
    if (o.body.required.includes(name) || isId(schema)) body[name] = valueFor(schema, id)
  return { target: query.size ? `${target}?${query}` : target, body }
}

function call(client, o, id = '1') {
  const { target, body } = requestOf(o, id)
  if (o.method === 'GET' || o.method === 'DELETE') return client.request(o.method, target)
  if (o.upload) return client.request(o.method, target, { body: 'x', type: 'application/octet-stream' })
  return client.request(o.method, target, { body })
}

const takesIds = (o) => o.parameters.some((p) => p.in === 'path' && isId(p.schema)) || Object.values(o.body?.properties ?? {}).some(isId)

// ---- descriptions ---------------------------------------------------------------------------

test('the OpenAPI document is valid', async () => {
  const result = await new Validator().validate(structuredClone(document))
  assert.ok(result.valid, JSON.stringify(result.errors, null, 1))
  assert.equal(document.openapi, '3.1.0')
  assert.ok(operations.length > 30)
})

test('every operation has a title, a problem answer and, unless public, needs the session', () => {
  for (const [route, methods] of Object.entries(document.paths))
    for (const o of Object.values(methods)) {
      assert.ok(o.summary.length > 5, `${o.operationId}: no title`)
      assert.ok(o.responses.default, route)
      assert.equal(o.security.length, o['x-roles'].includes('public') ? 0 : 1, o.operationId)
    }
})

test('the list on the command line is the list that is served', () => {
  const listed = JSON.parse(lexline(['operations', '--json']).stdout).filter((o) => o.path)
  assert.deepEqual(listed.map((o) => o.name).sort(), operations.map((o) => o.name).sort())
  for (const o of listed) assert.ok(o.public || o.any || o.roles.length, `${o.name} is for nobody`)
})

test('the console’s types are those of the operations (tools/generate makes them)', () => {
  const file = path.join(SOURCE, 'web/console/src/gen/operations.ts')
  assert.equal(fs.readFileSync(file, 'utf8'), lexline(['operations', '--typescript']).stdout)
})

// ---- the stranger's walk ----------------------------------------------------------------------

test('nobody gets 401 from everything that is not public', async () => {
  const nobody = server.client()
  const wrong = []
  for (const o of operations.filter((o) => !o.isPublic)) {
    const r = await call(nobody, o, foreign.person)
    if (r.status !== 401 || r.json?.code !== 'unauthorized') wrong.push(`${o.name}: ${r.status} ${r.text.slice(0, 200)}`)
  }
  nobody.close()
  assert.deepEqual(wrong, [])
})

test('a person without the role gets 403', async () => {
  const org = await orgId('东湖站')
  const roles = (await allRoles()).sort((a, b) => (a === 'admin') - (b === 'admin'))
  const people = {}
  const wrong = []
  const limited = operations.filter((o) => !o.isPublic && !o.isForAny)
  assert.ok(limited.length > 10)
  for (const o of limited) {
    const role = roles.find((r) => !o.roles.includes(r))
    assert.ok(role, `${o.name} is for every role: 'any' says that better`)
    people[role] ??= await personWith(`plain_${role}`, [role], org)
    const r = await call(people[role], o, foreign.person)
    if (r.status !== 403 || r.json?.code !== 'forbidden') wrong.push(`${o.name} as ${role}: ${r.status} ${r.text.slice(0, 200)}`)
  }
  assert.deepEqual(wrong, [])
})

// What the first organisation's people see of themselves, to compare.
async function ownView() {
  const views = ['/api/people', `/api/people/${foreign.person}`, '/api/orgs', '/api/me/sessions']
  if (foreign.case) views.push(`/api/cases/${foreign.case}`, '/api/cases')
  if (foreign.client) views.push(`/api/clients/${foreign.client}`)
  const seen = []
  for (const v of views) {
    const r = await op.get(v)
    assert.equal(r.status, 200, `${v}: ${r.text}`)
    seen.push(r.text.replace(/"(last_)?seen_at":"[^"]*"/g, ''))
  }
  return seen
}

function leaks(text, asked) {
  const marks = [SECRET, '坐席甲', '坐席乙', '东湖站', ...Object.values(foreign).map((id) => `"${id}"`)]
  return marks.filter((m) => text.includes(m) && m !== asked)
}

// Before the walk with foreign ids: the stranger's own attempts stand in the stranger's own audit log.
test('no list shows another organisation’s rows', async () => {
  const lists = operations.filter((o) => o.method === 'GET' && !o.path.includes('{'))
  const wrong = []
  for (const o of lists) {
    const r = await call(stranger, o)
    const found = r.status < 300 ? leaks(r.text) : []
    if (r.status >= 500 || found.length) wrong.push(`${o.name}: ${r.status} ${found} ${r.text.slice(0, 300)}`)
  }
  assert.ok(lists.length > 10)
  assert.deepEqual(wrong, [])
})

test('a person of another organisation, with every role there is, reads nothing and changes nothing', async () => {
  const before = await ownView()
  const wrong = []
  for (const o of operations.filter((o) => takesIds(o) && o.name !== 'session.sign_out')) {
    for (const [kind, id] of Object.entries(foreign)) {
      const r = await call(stranger, o, id)
      const found = leaks(r.text)
      const refused = [403, 404, 409, 422].includes(r.status)
      if (r.status >= 500 || found.length || (!refused && o.method !== 'GET'))
        wrong.push(`${o.name} with the id of a ${kind}: ${r.status} ${found} ${r.text.slice(0, 300)}`)
    }
  }
  assert.deepEqual(wrong, [])
  assert.deepEqual(await ownView(), before)
  assert.equal((await stranger.get('/api/me')).status, 200) // the walk was done with a live session
})
