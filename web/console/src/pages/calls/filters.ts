import type { Query } from '@/shared/api/client'
import { dayStart } from '@/shared/time/text'

const names = ['direction', 'outcome', 'operator_id', 'from', 'to'] as const
export type CallFilters = Partial<Record<(typeof names)[number], string>>

export function cleanCallQuery(query: Record<string, unknown>): CallFilters {
  const out: CallFilters = {}
  for (const name of names) {
    const value = query[name]
    if (typeof value === 'string' && value) out[name] = value
  }
  return out
}

/** As the list operation takes them: days become instants, "to" includes its day. */
export function callQuery(filters: CallFilters): Query {
  const { from, to, ...rest } = cleanCallQuery(filters)
  const out: Query = { ...rest }
  if (from) out.from = dayStart(from)
  if (to) out.to = dayStart(to, 1)
  return out
}
