import type { Query } from '@/shared/api/client'
import { dayStart } from '@/shared/time/text'

const names = [
  'q',
  'process',
  'state',
  'category',
  'assignee',
  'mine',
  'open',
  'breached',
  'due_before',
] as const
export type Filters = Partial<Record<(typeof names)[number], string>>

/** Only the filters we know, only those that say something: what the address may carry. */
export function cleanQuery(query: Record<string, unknown>): Filters {
  const out: Filters = {}
  for (const name of names) {
    const value = query[name]
    if (typeof value === 'string' && value && value !== 'false') out[name] = value
  }
  return out
}

/** The filters as the list operation takes them. */
export function listQuery(filters: Filters): Query {
  const { due_before, breached, ...rest } = cleanQuery(filters)
  const out: Query = { ...rest }
  if (breached) Object.assign(out, { open: 'true', due_before: new Date().toISOString() })
  if (due_before) out.due_before = dayStart(due_before, 1)
  return out
}
