import { api, upload, type Query } from '@/shared/api/client'
import type { Page } from '@/shared/api/types'
import type { ArticleView, LawImport, LawImportItem, LawItem, LawView, SearchReply } from './types'

export const statuteApi = {
  search: (q: string, limit: number, on = '', signal?: AbortSignal) =>
    api.get<SearchReply>('/api/statutes/search', { q, limit, on }, signal),
  laws: (query: Query, signal?: AbortSignal) =>
    api.get<Page<LawItem>>('/api/statutes', query, signal),
  kinds: () => api.get<Page<{ kind: string; laws: number }>>('/api/statutes/kinds'),
  law: (id: string, on: string, version: string, signal?: AbortSignal) =>
    api.get<LawView>(`/api/statutes/${encodeURIComponent(id)}`, { on, version }, signal),
  article: (id: string, signal?: AbortSignal) =>
    api.get<ArticleView>(`/api/articles/${encodeURIComponent(id)}`, {}, signal),
  look: (file: File, about: Query) =>
    upload<LawImport>('/api/statutes/imports', file, () => undefined, undefined, {
      ...about,
      name: file.name,
    }),
  confirm: (id: string) =>
    api.post<{ law_id: string; articles: number; outcome: string }>(
      `/api/statutes/imports/${encodeURIComponent(id)}/confirm`,
    ),
  imports: (query: Query, signal?: AbortSignal) =>
    api.get<Page<LawImportItem>>('/api/statutes/imports', query, signal),
  repeal: (id: string, on: string | null, by: string) =>
    api.post<{ id: string; repealed_on: string | null }>(
      `/api/statutes/${encodeURIComponent(id)}/repeal`,
      on ? { on, by } : {},
    ),
}
