import { address, api, download, upload, type Query } from '@/shared/api/client'
import type { Page } from '@/shared/api/types'
import type { Attachment, CaseItem, CaseView, Citation, Desk, Phrase } from './types'

const at = (id: string) => `/api/cases/${encodeURIComponent(id)}`

export interface NewCase {
  process: string
  fields: Record<string, unknown>
  client_id?: string
  title?: string
}
export interface Doing {
  fields?: Record<string, unknown>
  version?: number
  note?: string
}

export const caseApi = {
  desk: (signal?: AbortSignal) => api.get<Desk>('/api/desk', {}, signal),
  list: (query: Query, signal?: AbortSignal) =>
    api.get<Page<CaseItem>>('/api/cases', query, signal),
  ofClient: (client_id: string, signal?: AbortSignal) =>
    api.get<Page<CaseItem>>('/api/cases', { client_id, limit: 50 }, signal).then((p) => p.items),
  get: (id: string, signal?: AbortSignal) => api.get<CaseView>(at(id), {}, signal),
  create: (c: NewCase) => api.post<CaseView>('/api/cases', c),
  act: (id: string, action: string, doing: Doing) =>
    api.post<CaseView>(`${at(id)}/actions/${encodeURIComponent(action)}`, doing),
  edit: (id: string, fields: Record<string, unknown>, version: number) =>
    api.patch<CaseView>(at(id), { fields, version }),
  note: (id: string, text: string) => api.post<unknown>(`${at(id)}/notes`, { text }),
  reveal: (id: string, field: string, purpose: string) =>
    api.post<{ value: unknown }>(`${at(id)}/reveal`, { field, purpose }),
  cite: (id: string, article_id: string) =>
    api.post<Citation>(`${at(id)}/citations`, { article_id }),
  uncite: (id: string, citation: string) => api.delete(`${at(id)}/citations/${citation}`),
  attach: (id: string, file: File, progress: (share: number) => void, signal?: AbortSignal) =>
    upload<Attachment>(`${at(id)}/attachments`, file, progress, signal),
  attachmentUrl: (id: string, attachment: string) => address(`${at(id)}/attachments/${attachment}`),
  export: (query: Query) => download('/api/cases/export', query, 'cases.xlsx'),
  phrases: () => api.get<Page<Phrase>>('/api/phrases').then((p) => p.items),
  messages: () => api.get<{ messages?: Phrase[] }>('/api/phrases').then((p) => p.messages ?? []),
  categories: (process: string) =>
    api.get<Page<{ value: string; label: { zh: string; en: string } }>>('/api/categories', {
      process,
    }),
}
