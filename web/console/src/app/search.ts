import type { RouteLocationRaw } from 'vue-router'
import { caseApi } from '@/entities/case/api'
import { clientApi } from '@/entities/client/api'
import { statuteApi } from '@/entities/statute/api'
import type { Permission } from '@/entities/session/ops'
import type { Label } from '@/shared/api/types'

export interface Found {
  key: string
  group: 'cases' | 'clients' | 'articles'
  name: string
  note: string
  to: RouteLocationRaw
}

/** Look in all three places at once; one that fails does not hide the others. */
export async function searchEverything(
  q: string,
  can: (op: Permission) => boolean,
  l: (label: Label) => string,
  signal: AbortSignal,
): Promise<Found[]> {
  const cases = async (): Promise<Found[]> =>
    (await caseApi.list({ q, limit: 5 }, signal)).items.map((c) => ({
      key: `c${c.id}`,
      group: 'cases',
      name: `${c.number} ${c.title}`,
      note: `${l(c.process_label)} · ${l(c.state_label)}${c.assignee_name ? ` · ${c.assignee_name}` : ''}`,
      to: { name: 'case', params: { id: c.id } },
    }))
  const clients = async (): Promise<Found[]> =>
    (await clientApi.list({ q, limit: 5 }, signal)).items.map((c) => ({
      key: `k${c.id}`,
      group: 'clients',
      name: c.name,
      note: String(c.phone_hint ?? ''),
      to: { name: 'client', params: { id: c.id } },
    }))
  const articles = async (): Promise<Found[]> =>
    (await statuteApi.search(q, 5, '', signal)).items.map((a) => ({
      key: `a${a.article_id}`,
      group: 'articles',
      name: `${a.law} ${a.article}`,
      note: a.text,
      to: { name: 'article', params: { id: a.article_id } },
    }))
  const nothing = async (): Promise<Found[]> => []
  const settled = await Promise.allSettled([
    can('cases') ? cases() : nothing(),
    can('clients') ? clients() : nothing(),
    can('statutes') ? articles() : nothing(),
  ])
  return settled.flatMap((s) => (s.status === 'fulfilled' ? s.value : []))
}
