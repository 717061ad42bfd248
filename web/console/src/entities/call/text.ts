import type { CallItem } from './types'

/** As the exchange writes them. */
export const outcomes = [
  'answered',
  'abandoned',
  'voicemail',
  'callback_asked',
  'closed',
  'overflow',
  'failed',
  'menu',
]
const known = new Set(['running', ...outcomes])
const missed = new Set(['abandoned', 'voicemail', 'callback_asked', 'closed', 'overflow'])

/** The text key of an outcome; '' for one that is unknown here, shown as the engine names it. */
export function outcomeKey(outcome: string): string {
  return known.has(outcome) ? `calls.outcomes.${outcome}` : ''
}

/** Calls that nobody spoke to and nobody has called back yet. */
export function isMissed(c: Pick<CallItem, 'direction' | 'outcome' | 'called_back_by'>): boolean {
  return c.direction === 'in' && !c.called_back_by && missed.has(c.outcome)
}

/** How long the caller waited to be answered, or gave up after. */
export function waited_ms(c: CallItem): number {
  const until = c.answered_at ?? c.ended_at
  return c.queued_at && until ? Date.parse(until) - Date.parse(c.queued_at) : 0
}

export function talked_ms(c: CallItem): number {
  return c.answered_at && c.ended_at ? Date.parse(c.ended_at) - Date.parse(c.answered_at) : 0
}

/** The other side's number: a hint of the caller's, or what was dialled. */
export function otherNumber(c: CallItem): string {
  return (c.direction === 'out' ? c.called : c.caller_hint) || ''
}
