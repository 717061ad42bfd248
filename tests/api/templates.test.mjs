// Templates and documents over HTTP: found, reviewed, asked for, filled from case and client, made, traced (K03, D01, R02).
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import zlib from 'node:zlib'
import { lexline, Server, SOURCE } from './harness.mjs'
import { unzip } from './word.mjs'

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
let server, lin, zhao, he, zhou, qian, client, kase
const ok = (r, status = 200) => (assert.equal(r.status, status, r.text?.slice(0, 500)), r.json)
const find = async (q, c = lin) => ok(await c.get(`/api/templates?q=${encodeURIComponent(q)}`)).items
const loan = async () => (await find('借款合同'))[0]

function pdfText(bytes) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-pdf-'))
  fs.writeFileSync(path.join(dir, 'a.pdf'), bytes)
  const r = spawnSync('pdftotext', ['-layout', path.join(dir, 'a.pdf'), '-'], { encoding: 'utf8' })
  fs.rmSync(dir, { recursive: true })
  assert.equal(r.status, 0, r.stderr)
  return r.stdout
}

// A zip of stored entries: what a test needs of an office program.
function zip(files) {
  const parts = []
  const directory = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const data = Buffer.from(text)
    const n = Buffer.from(name)
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(20, 4)
    head.writeUInt32LE(zlib.crc32 ? zlib.crc32(data) : crc32(data), 14)
    head.writeUInt32LE(data.length, 18)
    head.writeUInt32LE(data.length, 22)
    head.writeUInt16LE(n.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(20, 4)
    entry.writeUInt16LE(20, 6)
    head.copy(entry, 16, 14, 28)
    entry.writeUInt32LE(offset, 42)
    directory.push(entry, n)
    parts.push(head, n, data)
    offset += 30 + n.length + data.length
  }
  const size = directory.reduce((s, b) => s + b.length, 0)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(files).length, 8)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, ...directory, end])
}

function crc32(data) {
  let crc = ~0
  for (const byte of data) {
    crc ^= byte
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
const TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
const run = (...texts) => `<w:p>${texts.map((t) => `<w:r><w:t>${t}</w:t></w:r>`).join('')}</w:p>`
const cell = (t) => `<w:tc>${run(t)}</w:tc>`
const word = (body, more = {}) =>
  zip({ '[Content_Types].xml': TYPES, 'word/document.xml': `<?xml version="1.0"?>\n<w:document ${W}><w:body>${body}</w:body></w:document>`, ...more })

function upload(c, query, bytes) {
  return c.request('POST', `/api/templates?${new URLSearchParams(query)}`, { body: bytes, headers: { 'Content-Type': DOCX } })
}

before(async () => {
  server = await Server.start({ profile: 'demo' })
  await server.stop()
  const laws = path.join(SOURCE, 'tests/fixtures/laws')
  assert.equal(lexline(['import', 'statutes', '--data', server.dir, laws]).code, 0)
  await server.serve()
  ;[lin, zhao, he, zhou, qian] = await Promise.all(['lin', 'zhao', 'he', 'zhou', 'qian'].map((n) => server.as(n)))
  client = ok(
    await lin.post('/api/clients', {
      kind: 'person', name: '李建国', phone: '13912345678', address: '江城市东湖区1号',
      id_number: '420106198001011234', sensitive_consent: 'written',
    }),
    201,
  )
  kase = ok(
    await lin.post('/api/cases', { process: 'consultation', fields: { client: client.id, category: 'loan', question: '朋友借钱要写合同' } }),
    201,
  )
})
after(() => server.remove())

test('found by name, pinyin, initials and need', async () => {
  for (const q of ['借款合同', 'jiekuan', 'jkht', '借条', 'loan_contract']) assert.ok((await find(q)).some((t) => t.name === 'loan_contract'), q)
  assert.deepEqual(await find('没有这样的范本'), [])
  const reports = ok(await lin.get('/api/templates?kind=report')).items
  assert.ok(reports.every((t) => t.kind === 'report') && reports.length >= 1)
})

test('a version shows its annotations, and which articles are there', async () => {
  const t = ok(await lin.get(`/api/templates/${(await loan()).id}`))
  assert.equal(t.hash.length, 64)
  assert.ok(t.notes.some((n) => n.includes('四倍')))
  const cited = t.citations.find((c) => c.article === '第六百八十条')
  // The statutes of the tests have no Civil Code: told, not hidden.
  assert.deepEqual([cited.found, cited.article_id], [false, null])
  assert.ok(t.fields.find((f) => f.name === 'plan').columns.length === 3)
  assert.equal((await lin.get('/api/templates/12345')).status, 404)
})

test('the sample has lines to write on and the annotations', async () => {
  const r = await lin.get(`/api/templates/${(await loan()).id}/sample`)
  assert.equal(r.status, 200)
  assert.equal(r.headers['content-type'], 'application/pdf')
  const text = pdfText(r.bytes)
  assert.match(text, /第一条\s+借款金额与用途/)
  assert.match(text.replace(/\s/g, ''), /禁止高利放贷/)
  assert.match(text, /样/)
})

test('the interview knows case and client, hides what is sealed, asks the rest', async () => {
  const { id } = await loan()
  const r = ok(await lin.post(`/api/cases/${kase.id}/documents/interview`, { template_id: id }))
  const field = Object.fromEntries(r.fields.map((f) => [f.name, f]))
  assert.deepEqual([field.lender.value, field.lender.source, field.lender.missing], ['李建国', 'client.name', false])
  assert.deepEqual([field.lender_id.value, field.lender_id.known, field.lender_id.hint], [null, true, '420***1234'])
  assert.ok(field.borrower.missing && field.amount.missing)
  assert.equal(field.plan.asked, false)
  assert.match(field.lend_from.value, /^\d{4}-\d\d-\d\d$/)
  const again = ok(await lin.post(`/api/cases/${kase.id}/documents/interview`, { template_id: id, answers: { repay: 'plan' } }))
  assert.equal(again.fields.find((f) => f.name === 'plan').asked, true)
  assert.equal(again.missing, r.missing + 1)
  const bad = await lin.post(`/api/cases/${kase.id}/documents/interview`, { template_id: id, answers: { colour: 'red' } })
  assert.equal(bad.status, 422)
  const unfit = await lin.post(`/api/cases/${kase.id}/documents/interview`, { template_id: id, answers: { amount: 'viel' } })
  assert.deepEqual([unfit.status, unfit.json.field], [422, 'amount'])
})

const ANSWERS = {
  borrower: '王**大**力{{lender}}', borrower_id: '420106199002023456', amount: 12345600, purpose: '进货', lend_from: '2026-05-09',
  lend_to: '2027-05-08', rate: '12', repay: 'plan', plan: [{ due: '2026-11-09', principal: 6000000, interest: 100000 }, { due: '2027-05-08', principal: 6345600, interest: 90000 }],
  dispute: 'court', security: ['surety', 'pledge'],
}

test('a preview is a draft with masks, and leaves no trace of sealed values', async () => {
  const { id } = await loan()
  const r = await lin.post(`/api/cases/${kase.id}/documents/preview`, { template_id: id, answers: ANSWERS })
  assert.equal(r.status, 200, r.text.slice(0, 300))
  const text = pdfText(r.bytes)
  assert.match(text, /草/)
  assert.match(text, /420\*\*\*1234/)
  assert.doesNotMatch(text, /420106198001011234/)
})

test('no document before a lawyer has reviewed the version', async () => {
  const { id } = await loan()
  const early = await lin.post(`/api/cases/${kase.id}/documents`, { template_id: id, answers: ANSWERS })
  assert.deepEqual([early.status, early.json.code], [409, 'conflict'])
  assert.equal((await lin.post(`/api/templates/${id}/reviews`, { verdict: 'reviewed' })).status, 403)
  ok(await zhao.post(`/api/templates/${id}/reviews`, { verdict: 'reviewed', note: '核对民法典' }), 201)
  assert.equal((await loan()).state, 'reviewed')
  const shown = ok(await lin.get(`/api/templates/${id}`))
  assert.deepEqual([shown.reviews[0].verdict, shown.reviews[0].person], ['reviewed', '赵国强'])
})

test('made: PDF and DOCX hang on the case, with what was typed as text and what was sealed in clear', async () => {
  const { id } = await loan()
  const missing = await lin.post(`/api/cases/${kase.id}/documents`, { template_id: id, answers: { ...ANSWERS, borrower: '' } })
  assert.deepEqual([missing.status, missing.json.field, missing.json.detail], [422, 'borrower', '还缺：借款人（乙方）'])
  const made = ok(await lin.post(`/api/cases/${kase.id}/documents`, { template_id: id, answers: ANSWERS, docx: true }), 201)
  assert.ok(made.pages >= 3)
  const pdf = await lin.get(`/api/cases/${kase.id}/attachments/${made.pdf_id}`)
  const text = pdfText(pdf.bytes)
  assert.match(text, /王\*\*大\*\*力\{\{lender\}\}/)
  assert.match(text, /出借人民币壹拾贰万叁仟肆佰伍拾陆元整/)
  assert.match(text, /420106198001011234/)
  assert.doesNotMatch(text, /草/)
  const docx = await lin.get(`/api/cases/${kase.id}/attachments/${made.docx_id}`)
  assert.equal(docx.headers['content-type'], DOCX)
  assert.equal(docx.bytes.subarray(0, 2).toString(), 'PK')
  const seen = ok(await lin.get(`/api/cases/${kase.id}`))
  assert.ok(seen.timeline.some((e) => e.kind === 'document' && e.text === '借款合同.pdf'))
  assert.equal(seen.attachments.length, 2)
  const [listed] = ok(await lin.get(`/api/cases/${kase.id}/documents`)).items
  assert.deepEqual([listed.id, listed.template, listed.person, listed.hash.length], [made.id, 'loan_contract', '林晓燕', 64])
  // The access log says that sealed values were used, and whose.
  const log = ok(await zhou.get('/api/access-log')).items.filter((e) => e.action === 'document.make' && e.reveal)
  assert.deepEqual([log.length, log[0].subject, log[0].subject_id], [1, 'client', client.id])
  assert.doesNotMatch(server.log, /420106198001011234|大\*\*力/)
})

test('answers are used again in the case, sealed ones without being shown', async () => {
  const { id } = await loan()
  const r = ok(await lin.post(`/api/cases/${kase.id}/documents/interview`, { template_id: id }))
  const field = Object.fromEntries(r.fields.map((f) => [f.name, f]))
  assert.deepEqual([field.purpose.value, field.purpose.source], ['进货', 'earlier'])
  assert.deepEqual([field.borrower_id.value, field.borrower_id.known, field.borrower_id.source], [null, true, 'earlier'])
  assert.equal(field.lender_id.source, 'client.id_number')
  assert.equal(r.missing, 0)
  ok(await lin.post(`/api/cases/${kase.id}/documents`, { template_id: id }), 201)
  const uses = ok(await zhao.get(`/api/templates/${id}/uses`)).items
  assert.deepEqual([uses.length, uses[0].person, uses[0].case_id], [2, '林晓燕', kase.id])
  assert.equal(ok(await lin.get(`/api/templates/${id}/versions`)).items[0].uses, 2)
})

test('a rotation of keys seals the answers again', async () => {
  await server.stop()
  const rotated = lexline(['keys', 'rotate', '--reseal', '--data', server.dir])
  assert.equal(rotated.code, 0, rotated.stderr)
  await server.serve()
  ;[lin, zhao, he, zhou, qian] = await Promise.all(['lin', 'zhao', 'he', 'zhou', 'qian'].map((n) => server.as(n)))
  const r = ok(await lin.post(`/api/cases/${kase.id}/documents/interview`, { template_id: (await loan()).id }))
  assert.equal(r.fields.find((f) => f.name === 'purpose').value, '进货')
})

test("a firm's own Word file is filled, also where Word has cut its fields", async () => {
  const bytes = word(
    run('委托人：{{', '委托', '人}}，事项 {{matter}}') +
      `<w:tbl><w:tr>${cell('名称')}${cell('数量')}</w:tr><w:tr>${cell('{{each items}}{{.name}}')}${cell('{{.n}}')}</w:tr></w:tbl>`,
  )
  const { id } = ok(await upload(he, { name: 'own_mandate', title: '本所委托书', kind: 'mandate', need: '委托' }, bytes), 201)
  assert.equal((await he.post(`/api/templates/${id}/reviews`, { verdict: 'reviewed' })).status, 404) // his own
  ok(await zhao.post(`/api/templates/${id}/reviews`, { verdict: 'reviewed' }), 201)
  const r = ok(await lin.post(`/api/cases/${kase.id}/documents/interview`, { template_id: id }))
  assert.deepEqual(r.fields.map((f) => [f.name, f.type]), [['委托人', 'long_text'], ['matter', 'long_text'], ['items', 'rows']])
  const answers = { 委托人: '张三 & <李四>', matter: '第一行\n{{matter}}', items: [{ name: '合同', n: '2' }, { name: '收据', n: '1' }] }
  const shown = await lin.post(`/api/cases/${kase.id}/documents/preview`, { template_id: id, answers })
  assert.equal(shown.headers['content-type'], DOCX)
  const made = ok(await lin.post(`/api/cases/${kase.id}/documents`, { template_id: id, answers }), 201)
  const file = await lin.get(`/api/cases/${kase.id}/attachments/${made.docx_id}`)
  const xml = unzip(file.bytes)['word/document.xml']
  assert.match(xml, /张三 &amp; &lt;李四&gt;/)
  assert.match(xml, /第一行<\/w:t><w:br\/><w:t[^>]*>\{\{matter\}\}/)
  assert.equal(xml.match(/<w:tr[ >]/g).length, 3)
  assert.match(xml, /合同.*2.*收据.*1/s)
  const blank = await lin.get(`/api/templates/${id}/sample`)
  assert.equal(blank.bytes.length, bytes.length)
  const next = ok(await upload(he, { name: 'own_mandate', title: '本所委托书', kind: 'mandate' }, word(run('{{matter}}'))), 201)
  const versions = ok(await lin.get(`/api/templates/${next.id}/versions`)).items
  assert.deepEqual(versions.map((v) => [v.id, v.state, v.in_force]), [[next.id, 'draft', true], [id, 'reviewed', false]])
  assert.equal((await lin.post(`/api/cases/${kase.id}/documents`, { template_id: id, answers: {} })).status, 409) // replaced
  assert.equal(ok(await he.delete(`/api/templates/${next.id}`)).name, 'own_mandate')
  assert.deepEqual(await find('本所委托书'), [])
})

test('Word files that are refused, with part and line', async () => {
  const lol = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
  const cases = [
    [Buffer.from('no zip at all'), /no intact/],
    [zip({ 'a.txt': 'x' }), /word\/document\.xml is missing/],
    [word(run('{{a}}'), { 'word/vbaProject.bin': 'x' }), /macros/],
    [word(run('nothing to fill')), /names no field/],
    [word(run('{{open')), /word\/document\.xml:2: \{\{ without/],
    [word(run('{{.col}}')), /outside of a row/],
    [word(run('{{a}}') + '<w:p>'), /word\/document\.xml:2: /],
    [zip({ '[Content_Types].xml': TYPES, 'word/document.xml': `<?xml version="1.0"?>\n${lol}<w:document ${W}>${run('{{a}}&b;')}</w:document>` }), /word\/document\.xml:2: <!DOCTYPE/],
    [zip({ '[Content_Types].xml': TYPES, 'word/document.xml': '<x/>', '../evil': 'x' }), /leads out/],
  ]
  for (const [bytes, why] of cases) {
    const r = await upload(he, { name: 'bad', title: '坏', kind: 'letter' }, bytes)
    assert.equal(r.status, 422, String(why))
    assert.match(r.json.detail, why)
  }
  assert.equal((await upload(he, { name: 'Bad Name', title: '坏', kind: 'letter' }, word(run('{{a}}')))).status, 422)
  assert.equal((await upload(he, { name: 'bad', title: '坏', kind: 'poem' }, word(run('{{a}}')))).status, 422)
  assert.deepEqual(await find('坏'), [])
})

test('a character without a glyph is told with its place', async () => {
  const { id } = await loan()
  const r = await lin.post(`/api/cases/${kase.id}/documents/preview`, { template_id: id, answers: { borrower: '😀' } })
  assert.equal(r.status, 422)
  assert.match(r.json.detail, /loan_contract\.md:\d+: character \d+, '😀' \(U\+1F600\)/)
})

test('who may not see the case makes nothing of it', async () => {
  const other = await server.as('donghu')
  const { id } = await loan()
  for (const what of ['/interview', '/preview', ''])
    assert.equal((await other.post(`/api/cases/${kase.id}/documents${what}`, { template_id: id })).status, 404)
  assert.equal((await other.get(`/api/cases/${kase.id}/documents`)).status, 404)
})

test('the quarterly report is gathered from cases, as PDF and DOCX', async () => {
  const [t] = ok(await zhou.get('/api/templates?kind=report&q=opinion_report')).items
  const year = new Date(kase.created_at).getUTCFullYear()
  const body = { from: `${year - 1}-07-01`, to: `${year}-12-31`, answers: { hot: '借贷纠纷较多。', issue: '第1期' } }
  const r = await zhou.post(`/api/reports/${t.id}`, body)
  assert.equal(r.status, 200, r.text.slice(0, 300))
  const text = pdfText(r.bytes)
  const total = ok(await zhou.get('/api/cases?process=consultation&limit=200')).items.length
  assert.match(text.replace(/\s+/g, ''), new RegExp(`共受理法律咨询${total}件`))
  assert.match(text, /民间借贷/)
  assert.match(text, /借贷纠纷较多。/)
  assert.match(text, /热点问题/)
  const docx = await zhou.post(`/api/reports/${t.id}`, { ...body, format: 'docx' })
  assert.ok(Object.keys(unzip(docx.bytes)).includes('word/media/image1.png'))
  assert.equal((await zhou.post(`/api/reports/${t.id}`, { ...body, to: '2020-01-01' })).status, 422)
  assert.equal((await zhou.post(`/api/reports/${(await loan()).id}`, body)).status, 422)
  assert.equal((await lin.post(`/api/reports/${t.id}`, body)).status, 403)
})
