import type { RouteLocationRaw } from 'vue-router'
import { api } from '@/shared/api/client'
import { clientApi } from '../client/api'
import type { FieldType } from '../process/types'
import { statuteApi } from '../statute/api'
import { caseApi } from './api'

export interface Resolved {
  name: string
  to?: RouteLocationRaw
}

async function look(type: FieldType, id: string): Promise<Resolved> {
  if (type === 'person') {
    const p = await api.get<{ display_name: string }>(`/api/people/${encodeURIComponent(id)}`)
    return { name: p.display_name }
  }
  if (type === 'client') {
    const c = await clientApi.get(id)
    return { name: c.name, to: { name: 'client', params: { id } } }
  }
  if (type === 'case') {
    const c = await caseApi.get(id)
    return { name: `${c.number} ${c.title}`, to: { name: 'case', params: { id } } }
  }
  const a = await statuteApi.article(id)
  return { name: `${a.law} ${a.article}`, to: { name: 'article', params: { id } } }
}

const known = new Map<string, Promise<Resolved>>()

/** What an id stands for; the id itself when this person may not see it. */
export function resolveRef(type: FieldType, id: string): Promise<Resolved> {
  const key = `${type}/${id}`
  let r = known.get(key)
  if (!r) {
    r = look(type, id).catch(() => ({ name: `#${id}` }))
    known.set(key, r)
  }
  return r
}
