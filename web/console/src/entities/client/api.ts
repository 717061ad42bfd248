import { api, type Query } from '@/shared/api/client'
import type { Page } from '@/shared/api/types'
import type { ClientItem, ClientView, Conflict, Consent } from './types'

const at = (id: string) => `/api/clients/${encodeURIComponent(id)}`

export const clientApi = {
  list: (query: Query, signal?: AbortSignal) =>
    api.get<Page<ClientItem>>('/api/clients', query, signal),
  lookup: (phone: string, signal?: AbortSignal) =>
    api.get<Page<ClientItem>>('/api/clients/lookup', { phone }, signal),
  create: (c: Record<string, unknown>) => api.post<ClientView>('/api/clients', c),
  get: (id: string, signal?: AbortSignal) => api.get<ClientView>(at(id), {}, signal),
  edit: (id: string, c: Record<string, unknown>) => api.patch<ClientView>(at(id), c),
  reveal: (id: string, field: string, purpose: string) =>
    api.post<{ value: unknown }>(`${at(id)}/reveal`, { field, purpose }),
  conflicts: (name: string, signal?: AbortSignal) =>
    api.get<Page<Conflict>>('/api/clients/conflicts', { name }, signal).then((p) => p.items),
  consents: (id: string, signal?: AbortSignal) =>
    api.get<Page<Consent>>(`${at(id)}/consents`, {}, signal).then((p) => p.items),
  consent: (id: string, c: Omit<Consent, 'id' | 'at'>) =>
    api.post<Consent>(`${at(id)}/consents`, c),
}
