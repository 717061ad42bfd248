import type { Problem } from '@/shared/api/problem'

interface Told {
  cause: string
  remedy: string
}
type Say = (key: string) => string

const remedies: Record<string, string> = {
  invalid: 'invalidDo',
  malformed: 'invalidDo',
  forbidden: 'forbiddenDo',
  busy: 'busyDo',
  unavailable: 'busyDo',
  cancelled: 'busyDo',
  no_memory: 'busyDo',
  stale: 'staleDo',
  not_found: 'notFoundDo',
  csrf: 'csrfDo',
  rate_limited: 'rateDo',
  conflict: 'staleDo',
}

const cjk = /[\u4e00-\u9fff]/

/* A detail may come as "中文 / English"; one in the wrong language is left to the code's line. */
export function detailFor(detail: string, zh: boolean): string {
  const [first, ...rest] = detail.split(' / ')
  if (rest.length && cjk.test(first)) return zh ? first : rest.join(' / ')
  return cjk.test(detail) === zh ? detail : ''
}

/** Cause and remedy in the user's words. The engine's title is already in their language. */
export function tell(p: Problem, t: Say, zh: boolean): Told {
  const say = (key: string) => t(`common.mistakes.${key}`)
  if (p.code === 'offline') return { cause: say('offline'), remedy: say('offlineDo') }
  if (p.code === 'page') return { cause: say('page'), remedy: say('pageDo') }
  const detail = detailFor(p.detail, zh)
  const mark = zh ? '：' : ': '
  const cause = [p.title || p.code, detail].filter(Boolean).join(mark)
  return {
    cause: /[。.!?]$/.test(cause) ? cause : `${cause}${zh ? '。' : '.'}`,
    remedy: say(remedies[p.code] ?? 'otherDo'),
  }
}
