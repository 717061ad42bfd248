/**
 * Times as what they mean. Every function takes `now` so that tests need no clock.
 * The hotline's zone is used, not the browser's: duty hours are the hotline's.
 */
export type Lang = 'zh' | 'en'

let zone = 'Asia/Shanghai'
export function setZone(z: string): void {
  zone = z
}

interface Parts {
  year: number
  month: number
  day: number
  hour: string
  minute: string
  second: string
}

const formats = new Map<string, Intl.DateTimeFormat>()
function formatter(): Intl.DateTimeFormat {
  let f = formats.get(zone)
  if (!f) {
    f = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formats.set(zone, f)
  }
  return f
}

function parts(at: number): Parts {
  const p: Record<string, string> = {}
  for (const { type, value } of formatter().formatToParts(at)) p[type] = value
  return {
    year: Number(p.year),
    month: Number(p.month),
    day: Number(p.day),
    hour: p.hour,
    minute: p.minute,
    second: p.second,
  }
}

const dayMs = 86_400_000
function dayNumber(p: Parts): number {
  return Math.round(Date.UTC(p.year, p.month - 1, p.day) / dayMs)
}

const two = (n: number) => String(n).padStart(2, '0')
const monthsEn = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** "2026-05-09 16:40:05": exact, for a hover. */
export function exact(iso: string): string {
  const p = parts(Date.parse(iso))
  return `${p.year}-${two(p.month)}-${two(p.day)} ${p.hour}:${p.minute}:${p.second}`
}

/** The day's name as seen from now: 今天, 明天, 昨天, 5月9日, 2025年5月9日. */
export function dayName(iso: string, now: number, lang: Lang): string {
  const p = parts(Date.parse(iso))
  const n = parts(now)
  const days = dayNumber(p) - dayNumber(n)
  const near: Record<string, [string, string]> = {
    '-1': ['昨天', 'yesterday'],
    '0': ['今天', 'today'],
    '1': ['明天', 'tomorrow'],
  }
  const name = near[String(days)]
  if (name) return name[lang === 'zh' ? 0 : 1]
  if (lang === 'zh') return `${p.year === n.year ? '' : `${p.year}年`}${p.month}月${p.day}日`
  return `${p.day} ${monthsEn[p.month - 1]}${p.year === n.year ? '' : ` ${p.year}`}`
}

/** "今天 16:40" */
export function moment(iso: string, now: number, lang: Lang): string {
  const p = parts(Date.parse(iso))
  return `${dayName(iso, now, lang)} ${p.hour}:${p.minute}`
}

/** "2026-05-09", the day in the hotline's zone. */
export function isoDay(at: number): string {
  const p = parts(at)
  return `${p.year}-${two(p.month)}-${two(p.day)}`
}

/** The instant a day begins in the hotline's zone; `plus` days later. */
export function dayStart(date: string, plus = 0): string {
  const utc = Date.parse(`${date}T00:00:00Z`) + plus * dayMs
  const p = parts(utc)
  const local = Date.UTC(p.year, p.month - 1, p.day, Number(p.hour), Number(p.minute))
  return new Date(utc - (local - utc)).toISOString()
}

/** "1 小时 20 分": two units at most, the second only while it matters. */
export function span(ms: number, lang: Lang): string {
  const zh = lang === 'zh'
  const minutes = Math.floor(Math.abs(ms) / 60_000)
  if (minutes < 1) return zh ? '不到 1 分钟' : 'under a minute'
  const d = Math.floor(minutes / 1440)
  const h = Math.floor((minutes % 1440) / 60)
  const m = minutes % 60
  const say = (n: number, z: string, one: string, many: string) =>
    zh ? `${n} ${z}` : `${n} ${n === 1 ? one : many}`
  const out: string[] = []
  if (d) out.push(say(d, '天', 'day', 'days'))
  if (h && d < 7) out.push(say(h, '小时', 'h', 'h'))
  if (m && !d) out.push(say(m, h ? '分' : '分钟', 'min', 'min'))
  return out.join(' ')
}

/** "3 分钟前", or the moment when it is longer ago than a day. */
export function ago(iso: string, now: number, lang: Lang): string {
  const ms = now - Date.parse(iso)
  if (ms < 45_000) return lang === 'zh' ? '刚刚' : 'just now'
  if (ms < 3_600_000) return lang === 'zh' ? `${span(ms, lang)}前` : `${span(ms, lang)} ago`
  return moment(iso, now, lang)
}

export type ClockLevel = 'calm' | 'warn' | 'late' | 'done'
export interface ClockFacts {
  status: 'running' | 'paused' | 'stopped' | 'breached' | 'met' | string
  due_at?: string | null
  warn_at?: string | null
  stopped_at?: string | null
}

/** The one signal scale: grey until the warning, amber until due, red after. */
export function clockLevel(c: ClockFacts, now: number): ClockLevel {
  if (c.stopped_at || c.status === 'stopped' || c.status === 'met') return 'done'
  if (c.status === 'breached') return 'late'
  if (!c.due_at) return 'calm'
  const left = Date.parse(c.due_at) - now
  if (left < 0) return 'late'
  const warn = c.warn_at ? Date.parse(c.warn_at) <= now : left <= 30 * 60_000
  return warn ? 'warn' : 'calm'
}

/** "还剩 1 小时 20 分（今天 16:40 前）" */
export function clockText(c: ClockFacts, now: number, lang: Lang): string {
  const zh = lang === 'zh'
  if (c.stopped_at || c.status === 'stopped' || c.status === 'met') {
    if (!c.stopped_at) return zh ? '已停止' : 'stopped'
    const at = moment(c.stopped_at, now, lang)
    const kept = !c.due_at || Date.parse(c.stopped_at) <= Date.parse(c.due_at)
    if (kept) return zh ? `按时完成（${at}）` : `met (${at})`
    return zh ? `超时完成（${at}）` : `met late (${at})`
  }
  if (!c.due_at) return zh ? '未计时' : 'not started'
  const left = Date.parse(c.due_at) - now
  const by = moment(c.due_at, now, lang)
  if (left < 0)
    return zh ? `已超 ${span(left, lang)}（应于${by} 前）` : `${span(left, lang)} late (due ${by})`
  return zh ? `还剩 ${span(left, lang)}（${by} 前）` : `${span(left, lang)} left (by ${by})`
}

/** The same in a narrow column: "1 小时 20 分" / "超 3 小时". */
export function clockShort(c: ClockFacts, now: number, lang: Lang): string {
  if (!c.due_at) return '—'
  const left = Date.parse(c.due_at) - now
  if (left >= 0) return span(left, lang)
  return lang === 'zh' ? `超 ${span(left, lang)}` : `${span(left, lang)} late`
}

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KB`
  if (bytes < 1024 ** 3) return `${(bytes / 1024 / 1024).toFixed(1)} MB`
  return `${(bytes / 1024 ** 3).toFixed(2)} GB`
}

/** Integer fen to yuan for reading: 123456 → "1,234.56". */
export function yuan(fen: number): string {
  const sign = fen < 0 ? '-' : ''
  const s = String(Math.abs(fen)).padStart(3, '0')
  const whole = s.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${sign}${whole}.${s.slice(-2)}`
}
