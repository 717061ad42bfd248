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

/** Cause and remedy in the user's words. The engine's title is already in their language. */
export function tell(p: Problem, t: Say): Told {
  const say = (key: string) => t(`common.mistakes.${key}`)
  if (p.code === 'offline') return { cause: say('offline'), remedy: say('offlineDo') }
  if (p.code === 'page') return { cause: say('page'), remedy: say('pageDo') }
  const cause = p.detail || p.title || p.code
  return { cause, remedy: say(remedies[p.code] ?? 'otherDo') }
}
