import { api, type Query } from '@/shared/api/client'
import type { Page } from '@/shared/api/types'
import type { Grant, Org, Person, Role } from './types'

const person = (id: string) => `/api/people/${encodeURIComponent(id)}`
const role = (name: string) => `/api/roles/${encodeURIComponent(name)}`

export const peopleApi = {
  list: (query: Query, signal?: AbortSignal) => api.get<Page<Person>>('/api/people', query, signal),
  create: (p: Record<string, unknown>) =>
    api.post<{ id: string; password: string }>('/api/people', p),
  update: (id: string, p: Record<string, unknown>) => api.patch<unknown>(person(id), p),
  reset: (id: string) => api.post<{ password: string }>(`${person(id)}/password`),
  unlock: (id: string) => api.post<unknown>(`${person(id)}/unlock`),
  roles: () => api.get<Page<Role>>('/api/roles').then((p) => p.items),
  createRole: (r: Record<string, unknown>) => api.post<unknown>('/api/roles', r),
  deleteRole: (name: string) => api.delete(role(name)),
  grants: (name: string, signal?: AbortSignal) =>
    api.get<Page<Grant>>(`${role(name)}/grants`, {}, signal).then((p) => p.items),
  setGrant: (name: string, op: string, allow: boolean | null) =>
    api.put<unknown>(`${role(name)}/grants`, { op, ...(allow === null ? {} : { allow }) }),
  orgs: () => api.get<Page<Org>>('/api/orgs').then((p) => p.items),
  createOrg: (o: Record<string, unknown>) => api.post<unknown>('/api/orgs', o),
  updateOrg: (id: string, o: Record<string, unknown>) =>
    api.patch<unknown>(`/api/orgs/${encodeURIComponent(id)}`, o),
}
