// The command line as it is promised: help for each command, errors on stderr, documented exit codes, stable forms.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { lexline, ON_PG, Server, SOURCE } from './harness.mjs'

const USAGE = 2, CONFIG = 3, AWAY = 4, IN_USE = 5, WRONG = 6
let server, folder
before(async () => {
  server = await Server.start({ profile: 'demo' })
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-command-'))
})
after(() => {
  fs.rmSync(folder, { recursive: true, force: true })
  return server.remove()
})

const commands = () => [...lexline(['--help']).stdout.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}\S/gm)].map((m) => m[1])
const refused = (args, code, words, input) => {
  const r = lexline(args, { input })
  assert.equal(r.code, code, `${args.join(' ')}: ${r.stdout}${r.stderr}`)
  assert.match(r.stderr, words)
  return r
}

test('every command has its help, on stdout, with exit 0', () => {
  const all = commands()
  for (const promised of ['init', 'serve', 'check', 'user add', 'import statutes', 'search', 'operations', 'keys rotate', 'backup', 'restore', 'verify audit', 'calendar due'])
    assert.ok(all.includes(promised), promised)
  for (const command of all.filter((c) => c !== 'version')) {
    const r = lexline([...command.split(' '), '--help'])
    assert.equal(r.code, 0, command)
    assert.match(r.stdout, new RegExp(`usage: lexline ${command}`, 'i'))
    assert.match(r.stdout, /exit code/i, command)
    assert.equal(r.stderr, '', command)
  }
})

test('wrong usage is exit 2 and goes to stderr alone', () => {
  for (const args of [['nonsense'], ['serve'], ['serve', '--data'], ['operations', '--xml'], ['import', 'statutes', '--data', folder], ['user'], ['user', 'add', '--data', server.dir]]) {
    const r = refused(args, USAGE, /^lexline: /)
    assert.equal(r.stdout, '', args.join(' '))
  }
})

test('what is no data folder is exit 3 and says how to make one', () => {
  for (const args of [['serve'], ['search', '--json'], ['verify', 'audit'], ['keys', 'rotate'], ['backup', '--to', path.join(folder, 'x.tar')]])
    refused([...args, '--data', folder], CONFIG, /lexline init --data/)
})

test('a database that is not there is exit 4, and init leaves nothing behind', () => {
  const dir = path.join(folder, 'away')
  refused(['init', '--data', dir, '--profile', 'demo', '--db', `postgresql:///nothing?host=${folder}`], AWAY, /database/)
  assert.ok(!fs.existsSync(dir))
  refused(['init', '--data', dir, '--profile', 'demo', '--db', 'mysql://x'], CONFIG, /postgresql:\/\//)
  assert.ok(!fs.existsSync(dir))
})

test('a folder that is being served is exit 5', { skip: ON_PG && 'only SQLite belongs to one process' }, () => {
  refused(['user', 'add', '--data', server.dir, '--name', 'x', '--role', 'operator'], IN_USE, /serves .* already/)
})

test('user add: a random password shown once, or one from stdin; the person signs in', async () => {
  if (!ON_PG) await server.stop()
  const add = (more, input) => lexline(['user', 'add', '--data', server.dir, ...more], { input })
  const made = add(['--name', 'neu', '--display-name', '新人', '--role', 'operator,lawyer'])
  assert.equal(made.code, 0, made.stderr)
  const given = add(['--name', 'neu2', '--role', 'operator', '--password-stdin'], 'Ein-langes-Wort-2026\n')
  assert.equal(given.code, 0, given.stderr)
  assert.ok(!given.stdout.includes('Ein-langes-Wort'))
  assert.equal(add(['--name', 'neu', '--role', 'operator']).code, 1)
  assert.equal(add(['--name', 'neu3', '--role', 'nobody']).code, 1)
  assert.equal(add(['--name', 'neu3', '--role', 'operator', '--org', '没有']).code, 1)
  if (!ON_PG) await server.serve()
  const password = made.stdout.split(/\s+/).filter((w) => w.length >= 10).at(-1)
  const c = server.client()
  const signed = await c.signIn('neu', password)
  assert.equal(signed.status, 200, `${made.stdout} ${signed.text}`)
  assert.deepEqual([...signed.json.person.roles].sort(), ['lawyer', 'operator'])
  // The first password should be changed, and says so; it hinders nobody from working.
  assert.equal(signed.json.password_must_change, true)
  assert.equal((await c.get('/api/cases')).status, 200)
  assert.equal((await server.client().signIn('neu2', 'Ein-langes-Wort-2026')).status, 200)
})

test('check: an unknown key is told with file, line and what was expected, and nothing is loaded', () => {
  const profile = path.join(folder, 'broken')
  fs.cpSync(path.join(SOURCE, 'profiles/demo'), profile, { recursive: true })
  const file = path.join(profile, 'processes/consultation.yaml')
  const lines = fs.readFileSync(file, 'utf8').split('\n')
  const at = lines.findIndex((l) => /^ {4}from: /.test(l))
  lines.splice(at, 0, '    frmo: [taken]')
  fs.writeFileSync(file, lines.join('\n'))
  const found = refused(['check', profile], WRONG, new RegExp(`consultation\\.yaml:${at + 1}: .*frmo`))
  assert.match(found.stderr, /expected|one of|known/)
  const dir = path.join(folder, 'from-broken')
  const made = lexline(['init', '--data', dir, '--profile', profile])
  assert.notEqual(made.code, 0)
  assert.match(made.stderr, new RegExp(`consultation\\.yaml:${at + 1}: `))
  assert.ok(!fs.existsSync(dir))
  for (const name of ['demo', 'hunan-12348', 'anhui-microloan', 'changzhou-debt']) assert.equal(lexline(['check', name]).code, 0, name)
})

test('search: one line in, one line out; a bad line is named', async () => {
  if (!ON_PG) await server.stop()
  assert.equal(lexline(['import', 'statutes', '--data', server.dir, path.join(SOURCE, 'tests/fixtures/laws')]).code, 0)
  const search = (input) => lexline(['search', '--data', server.dir, '--limit', '3', '--json'], { input })
  const good = search('{"id":7,"question":"热线多久接听"}\n{"id":"b","question":"值班"}\n')
  assert.equal(good.code, 0, good.stderr)
  const answers = good.stdout.trim().split('\n').map((l) => JSON.parse(l))
  assert.deepEqual(answers.map((a) => a.id), [7, 'b'])
  for (const a of answers) {
    assert.ok(a.results.length >= 1 && a.results.length <= 3)
    for (const pair of a.results) assert.ok(pair.length === 2 && /^第.+条/.test(pair[1]), JSON.stringify(pair))
  }
  for (const bad of ['nonsense', '{"id":1}', '[]', '{"id":1,"question":7}', '{"id":1,"question":"\xff"']) {
    const r = search(`{"id":0,"question":"热线"}\n${bad}\n`)
    assert.notEqual(r.code, 0, bad)
    assert.match(r.stderr, /2/, bad) // the line
  }
  if (!ON_PG) await server.serve()
})

test('calendar due: the due instant alone on stdout; bad input names its option', () => {
  const due = (...args) => ['calendar', 'due', '--profile', 'demo', ...args]
  const ok = lexline(due('--calendar', 'duty', '--from', '2026-09-30T10:00:00+08:00', '--within', '2 working days'))
  assert.equal(ok.code, 0, ok.stderr)
  assert.match(ok.stdout, /^2026-10-09T\d\d:\d\d:\d\d\+08:00\n$/) // over the National Day holiday
  refused(due('--within', 'nonsense'), USAGE, /--within/)
  refused(due('--from', '2026-13-01', '--within', '1 week'), USAGE, /--from/)
  refused(due(), USAGE, /--within/)
  assert.notEqual(lexline(due('--calendar', 'nothing', '--within', '1 week')).code, 0)
  assert.notEqual(lexline(['calendar', 'due', '--profile', 'nothing', '--within', '1 week']).code, 0)
})

test('operations: a table with roles, JSON, OpenAPI 3.1, TypeScript', () => {
  const table = lexline(['operations'])
  assert.equal(table.code, 0)
  const line = table.stdout.split('\n').find((l) => /\bcase\.create\b/.test(l))
  assert.match(line, /POST/)
  assert.match(line, /operator/)
  assert.ok(JSON.parse(lexline(['operations', '--json']).stdout).length > 60)
  assert.equal(JSON.parse(lexline(['operations', '--openapi']).stdout).openapi, '3.1.0')
  assert.match(lexline(['operations', '--typescript']).stdout, /'case\.create': \{ method: 'POST'/)
})

// Values sealed with a key that was retired, wherever they lie: any column of bytes, any JSON text of sealed fields.
const SCAN = `import base64, json, sqlite3, sys
left = []
for name in sys.argv[1:]:
    db = sqlite3.connect(name)
    old = {b"\\x01" + k.to_bytes(8, o) for (k,) in db.execute("SELECT id FROM data_keys WHERE retired_at IS NOT NULL") for o in ("big", "little")}
    assert old, "no key was retired"
    tables = [t for (t,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if t != "data_keys"]
    seen = 0
    for t in tables:
        for row in db.execute(f'SELECT * FROM "{t}"'):
            for v in row:
                values = [v] if isinstance(v, bytes) else []
                if isinstance(v, str) and '"v":"' in v:
                    values = [base64.urlsafe_b64decode(m["v"] + "==") for m in json.loads(v).values()]
                for b in values:
                    seen += len(b) > 40
                    if b[:9] in old: left.append(t)
    assert seen, name
print(sorted(set(left)))`

test('T08 keys rotate --reseal leaves nothing sealed with an old key', { skip: ON_PG && 'the files are read with sqlite3' }, async () => {
  const lin = await server.as('lin')
  const status = async (r) => assert.ok((await r).status < 300, (await r).text)
  await status(lin.post('/api/clients', { kind: 'person', name: '封存测试', phone: '13800138001', note: '备注', email: 'a@example.org', former_names: ['曾用名'], contacts: [{ name: '联系人', phone: '13800138002' }] }))
  const kase = await lin.post('/api/cases', { process: 'consultation', fields: { question: '封存', category: 'loan', asker: '某人', phone: '13800138000' } })
  await status(lin.post(`/api/cases/${kase.json.id}/parties`, { name: '对方当事人', role: 'opponent' }))
  await status(lin.post(`/api/cases/${kase.json.id}/attachments?name=a.txt`, '文件', { type: 'text/plain' }))
  await server.stop()
  const scan = () => spawnSync('python3', ['-c', SCAN, path.join(server.dir, 'lexline.db'), path.join(server.dir, 'clients.db')], { encoding: 'utf8' })
  assert.equal(lexline(['keys', 'rotate', '--data', server.dir]).code, 0)
  const between = scan()
  assert.match(between.stdout, /client_fields/, between.stderr) // still under the old key: the scan can tell
  const sealed = lexline(['keys', 'rotate', '--data', server.dir, '--reseal'])
  assert.equal(sealed.code, 0, sealed.stderr)
  const after = scan()
  assert.equal(after.stdout, '[]\n', after.stderr)
  await server.serve()
})
