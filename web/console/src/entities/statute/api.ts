import { api, type Query } from '@/shared/api/client'
import type { Page } from '@/shared/api/types'
import type { ArticleView, LawItem, LawView, SearchReply } from './types'

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
}
