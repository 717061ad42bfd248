import { describe, expect, it } from 'vitest'
import {
  ago,
  clockLevel,
  clockShort,
  clockText,
  dayStart,
  exact,
  fileSize,
  moment,
  setZone,
  span,
  yuan,
} from '@/shared/time/text'

/* 2026-05-09 15:20 in Shanghai */
const now = Date.parse('2026-05-09T07:20:00Z')

describe('times as what they mean (P20)', () => {
  it('says what is left and by when', () => {
    const clock = { status: 'running', due_at: '2026-05-09T08:40:00Z' }
    expect(clockText(clock, now, 'zh')).toBe('还剩 1 小时 20 分（今天 16:40 前）')
    expect(clockText(clock, now, 'en')).toBe('1 h 20 min left (by today 16:40)')
  })
  it('says how late', () => {
    const clock = { status: 'running', due_at: '2026-05-09T04:20:00Z' }
    expect(clockText(clock, now, 'zh')).toBe('已超 3 小时（应于今天 12:20 前）')
    expect(clockShort(clock, now, 'zh')).toBe('超 3 小时')
  })
  it('says whether a stopped clock was met', () => {
    const clock = { status: 'stopped', due_at: '2026-05-09T08:00:00Z' }
    expect(clockText({ ...clock, stopped_at: '2026-05-09T07:00:00Z' }, now, 'zh')).toBe(
      '按时完成（今天 15:00）',
    )
    expect(clockText({ ...clock, stopped_at: '2026-05-09T09:00:00Z' }, now, 'zh')).toBe(
      '超时完成（今天 17:00）',
    )
  })
  it('names days as people do, in the zone of the hotline', () => {
    expect(moment('2026-05-09T16:30:00Z', now, 'zh')).toBe('明天 00:30')
    expect(moment('2026-05-08T15:30:00Z', now, 'zh')).toBe('昨天 23:30')
    expect(moment('2026-05-12T02:00:00Z', now, 'zh')).toBe('5月12日 10:00')
    expect(moment('2027-01-04T02:00:00Z', now, 'zh')).toBe('2027年1月4日 10:00')
    expect(exact('2026-05-09T08:40:05Z')).toBe('2026-05-09 16:40:05')
  })
  it('begins a day where the hotline does, also in a zone with summer time', () => {
    expect(dayStart('2026-05-09')).toBe('2026-05-08T16:00:00.000Z')
    expect(dayStart('2026-05-31', 1)).toBe('2026-05-31T16:00:00.000Z')
    setZone('Europe/Berlin')
    expect(dayStart('2026-07-01')).toBe('2026-06-30T22:00:00.000Z')
    expect(dayStart('2026-12-01')).toBe('2026-11-30T23:00:00.000Z')
    setZone('Asia/Shanghai')
  })
  it('keeps two units at most', () => {
    expect(span(30_000, 'zh')).toBe('不到 1 分钟')
    expect(span(20 * 60_000, 'zh')).toBe('20 分钟')
    expect(span(26 * 3_600_000 + 60_000, 'zh')).toBe('1 天 2 小时')
    expect(span(9 * 86_400_000 + 3_600_000, 'zh')).toBe('9 天')
  })
  it('tells how long ago', () => {
    expect(ago('2026-05-09T07:19:50Z', now, 'zh')).toBe('刚刚')
    expect(ago('2026-05-09T07:05:00Z', now, 'zh')).toBe('15 分钟前')
    expect(ago('2026-05-09T01:05:00Z', now, 'zh')).toBe('今天 09:05')
  })
})

describe('the signal scale', () => {
  const due_at = '2026-05-09T08:40:00Z'
  it('goes from grey over amber to red', () => {
    const warn_at = '2026-05-09T08:00:00Z'
    const clock = { status: 'running', due_at, warn_at }
    expect(clockLevel(clock, now)).toBe('calm')
    expect(clockLevel(clock, Date.parse(warn_at))).toBe('warn')
    expect(clockLevel(clock, Date.parse(due_at) + 1)).toBe('late')
  })
  it('believes the engine when it says breached, and rests when stopped', () => {
    expect(clockLevel({ status: 'breached', due_at }, now)).toBe('late')
    expect(clockLevel({ status: 'stopped', due_at, stopped_at: due_at }, now)).toBe('done')
  })
})

describe('figures', () => {
  it('writes fen as yuan', () => {
    expect(yuan(123456789)).toBe('1,234,567.89')
    expect(yuan(5)).toBe('0.05')
    expect(yuan(-1200)).toBe('-12.00')
  })
  it('writes sizes', () => {
    expect(fileSize(900)).toBe('900 B')
    expect(fileSize(2_345_678)).toBe('2.2 MB')
  })
})
