// When luck runs out in the middle of a call: the program killed, restarted, the database away, the disk full, a telephone unplugged.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import { SOURCE, freshDatabase } from '../api/harness.mjs'
import { Line, SAID, until } from './line.mjs'
import { toneMs } from './peer.mjs'

// A call in which both hear each other. → [caller's Call, the operator's, the call's id]
async function talking(line, op, from) {
  await op.post('/api/line/ready')
  const call = await line.call('12348', { from })
  await call.hears(SAID.main_menu)
  await call.keys('1')
  const leg = await op.answer()
  call.play(440)
  leg.play(880)
  await Promise.all([call.hears(880), leg.hears(440)])
  return [call, leg, (await op.state()).call.id]
}

describe('killed in the middle of calls', () => {
  let line, op, boss
  before(async () => {
    line = await Line.start({ tones: true })
    op = await line.operator('op', { ready: false })
    boss = line.keep(await line.server.as('boss'))
  })
  after(() => line?.remove())

  test('recordings can be played up to the last seconds; records end, and say why; a message has its case', async () => {
    const message = await line.call('12348', { from: '13800000302' })
    message.play(440)
    await message.hears(SAID.main_menu)
    await message.keys('9')
    await message.hears(SAID.leave_message)
    const [call, leg, id] = await talking(line, op, '13800000301')
    const waiting = await line.call('10001', { from: '13800000303' })
    await waiting.hears(SAID.music)
    await Promise.all([call.hearsFor(4000), leg.hearsFor(4000), message.hearsFor(4000)])
    await line.event(boss, id, 'answered')
    const spoken = (call.media.counts.received * 20) / 1000
    await line.server.kill()
    await line.server.serve()
    for (const c of [call, leg, message, waiting]) c.end(0, 'killed')

    const record = await line.record(boss, (c) => c.id === id && c.ended_at && c.recordings > 0, 'record after the crash')
    assert.deepEqual([record.outcome, record.end_reason, record.operator_name], ['answered', 'crash', '坐席甲'])
    assert.ok(record.parts[0].after_crash)
    const { left, right, rate } = await line.recording(boss, id)
    assert.ok(toneMs(left, 440, rate) >= 3000 && toneMs(right, 880, rate) >= 3000, `${toneMs(left, 440, rate)} and ${toneMs(right, 880, rate)} ms of ${spoken} s`)
    const lasted = Date.parse(record.ended_at) - Date.parse(record.answered_at)
    assert.ok(lasted >= 2500 && lasted < 30000, `it ends when it was heard last: ${lasted} ms`)

    const kept = await line.callOf(boss, '13800000302', (c) => c.ended_at && c.case_id)
    assert.deepEqual([kept.outcome, kept.end_reason], ['voicemail', 'crash'])
    assert.ok(toneMs((await line.recording(boss, kept.id, 1)).left, 440) >= 2000)
    const lost = await line.callOf(boss, '13800000303', (c) => c.ended_at)
    assert.equal(lost.outcome, 'abandoned')
    const missed = (await boss.get('/api/calls?missed=true')).json.items.map((c) => c.id)
    assert.ok(missed.includes(kept.id) && missed.includes(lost.id), 'both are to be called back')
  })

  test('afterwards the line takes calls again', async () => {
    await op.phone.register()
    await op.post('/api/line/sign_in')
    const [call, leg] = await talking(line, op, '13800000304')
    await call.hangUp()
    await leg.ended()
  })
})

describe('told to stop', () => {
  const open = (voice = []) => Line.start({ tones: true, voice })

  test('new calls get 503, the one that runs may finish, then it ends with 0', async () => {
    const line = await open()
    try {
      const op = await line.operator('op', { ready: false })
      const [call, leg] = await talking(line, op, '13800000311')
      line.server.child.kill('SIGTERM')
      await until(async () => {
        const other = await line.call('12348')
        return (await other.ended().catch(() => ({}))).status === 503 && other.messages.at(-1).get('retry-after')
      }, 20000, '503 with Retry-After')
      await Promise.all([call.hears(880), leg.hears(440)])
      assert.equal(line.server.child.exitCode, null)
      await call.hangUp()
      const [code] = await line.server.exited
      assert.equal(code, 0, line.server.log.slice(-2000))
    } finally {
      await line.remove()
    }
  })

  for (const [what, voice, again] of [['a second signal', [], true], ['the end of drain_s', ['drain_s: 1'], false]])
    test(`${what} ends the calls that still run, with BYE, and writes them down`, async () => {
      const line = await open(voice)
      try {
        const op = await line.operator('op', { ready: false })
        const boss = line.keep(await line.server.as('boss'))
        const [call, leg, id] = await talking(line, op, '13800000312')
        line.server.child.kill('SIGTERM')
        if (again) {
          await until(() => /serve.draining/.test(line.server.log), 10000, 'draining')
          line.server.child.kill('SIGTERM')
        }
        await Promise.all([call.ended(), leg.ended()])
        const [code] = await line.server.exited
        assert.equal(code, 0)
        await line.server.serve()
        const record = await line.record(boss, (c) => c.id === id && c.ended_at && c.recordings > 0)
        assert.deepEqual([record.outcome, record.end_reason], ['answered', 'shutdown'])
      } finally {
        await line.remove()
      }
    })
})

describe('a desk phone vanishes', () => {
  test('the caller hears please-hold and is first in the queue for a colleague', async () => {
    const line = await Line.start({ tones: true })
    try {
      const op = await line.operator('op', { ready: false })
      const op2 = await line.operator('op2', { ready: false })
      const [call, leg, id] = await talking(line, op, '13800000321')
      const later = await line.call('10001', { from: '13800000322' })
      await later.hears(SAID.music)
      leg.media.close()
      op.phone.close()
      await call.hears(SAID.please_hold, 40000)
      await op.is('paused')
      await op2.post('/api/line/ready')
      const second = await op2.answer()
      assert.equal((await op2.state()).call.id, id, 'before who came later')
      second.play(770)
      await Promise.all([call.hears(770), second.hears(440)])
      await call.hangUp()
      await later.hangUp()
      const boss = line.keep(await line.server.as('boss'))
      await until(async () => (await boss.get('/api/duty/alarms')).json.items.some((a) => a.kind === 'left_post'), 20000, 'alarm: left the post')
      const { events } = await line.callOf(boss, '13800000321', (c) => c.ended_at)
      assert.ok(['operator_lost', 'operator_gone'].every((k) => events.some((e) => e.kind === k)))
    } finally {
      await line.remove()
    }
  })
})

// While it is away nothing can be looked at: what both hear is the test.
async function goesOnWithout(line, op, boss, away, back) {
  const [call, leg, id] = await talking(line, op, '13800000331')
  await away()
  await Promise.all([call.hearsFor(1500), leg.hearsFor(1500)])
  await Promise.all([call.hears(880), leg.hears(440)])
  const other = await line.call('10001', { from: '13800000332' }) // nor is a new one refused
  await other.hears(SAID.music)
  await other.hangUp()
  await call.hangUp()
  await leg.ended()
  await back()
  const record = await line.record(boss, (c) => c.id === id && c.ended_at && c.recordings > 0)
  assert.equal(record.outcome, 'answered')
  assert.equal((await line.callOf(boss, '13800000332', (c) => c.ended_at)).outcome, 'abandoned')
  assert.equal(await line.server.metric('lexline_call_facts_lost_total'), 0)
  return { id, record }
}

describe('PostgreSQL stops during a call', { skip: !process.env.LEXLINE_TEST_PG && 'no PostgreSQL server' }, () => {
  test('the call goes on, a new one is taken, and both are written once it is back', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-pg-'))
    const pg = (what) => spawnSync(path.join(SOURCE, 'tools/pg-temp'), [what, folder], { encoding: 'utf8' })
    const started = pg('start')
    assert.equal(started.status, 0, started.stderr)
    let line
    try {
      line = await Line.start({ tones: true, db: freshDatabase(started.stdout.trim()) })
      const op = await line.operator('op', { ready: false })
      const boss = line.keep(await line.server.as('boss'))
      await goesOnWithout(line, op, boss, async () => assert.equal(pg('halt').status, 0), async () => {
        assert.equal(pg('resume').status, 0)
        await until(async () => (await boss.get('/readyz')).status === 200, 60000, 'ready again')
      })
    } finally {
      await line?.remove()
      pg('stop')
    }
  })
})

describe('the disk is full during a call', { skip: process.getuid() !== 0 && 'needs root for a small file system' }, () => {
  test('the call goes on; an alarm says that recording stopped, and that it goes on again; what there is can be played', async (t) => {
    const mount = fs.mkdtempSync(path.join(os.tmpdir(), 'lexline-disk-'))
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', mount]).status !== 0) {
      fs.rmdirSync(mount)
      return t.skip('no tmpfs can be mounted here')
    }
    const filler = path.join(mount, 'filler')
    const fill = () => {
      const fd = fs.openSync(filler, 'w')
      try {
        for (let size = 65536; size >= 512; size /= 2)
          try {
            for (;;) fs.writeSync(fd, Buffer.alloc(size, 1))
          } catch (e) {
            assert.equal(e.code, 'ENOSPC')
          }
      } finally {
        fs.closeSync(fd)
      }
    }
    let line
    try {
      line = await Line.start({ tones: true, db: null, root: fs.mkdtempSync(path.join(mount, 'lexline-')) })
      const op = await line.operator('op', { ready: false })
      const boss = line.keep(await line.server.as('boss'))
      const stopped = async () => (await boss.get('/api/duty/alarms')).json.items.find((a) => a.kind === 'recording_stopped')
      const { id, record } = await goesOnWithout(line, op, boss, async () => fill(), async () => {
        fs.rmSync(filler)
      })
      assert.ok(await until(stopped, 20000, 'alarm: recording stopped'))
      assert.ok(record.parts[0].lost_ms > 0, `${record.parts[0].lost_ms} ms are missing`)
      const { left, rate } = await line.recording(boss, id)
      assert.ok(toneMs(left, 440, rate) > 0)
    } finally {
      await line?.remove()
      spawnSync('umount', [mount])
      fs.rmdirSync(mount)
    }
  })
})
