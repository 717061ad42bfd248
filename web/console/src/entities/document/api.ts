import { api, download, fetchFile, upload, type Query } from '@/shared/api/client'
import type { Page } from '@/shared/api/types'
import type {
  Answers,
  CaseDocument,
  Interview,
  TemplateItem,
  TemplateUse,
  TemplateVersion,
  TemplateView,
} from './types'

export const documentApi = {
  templates: (query: Query, signal?: AbortSignal) =>
    api.get<Page<TemplateItem>>('/api/templates', query, signal),
  template: (id: string) => api.get<TemplateView>(`/api/templates/${id}`),
  versions: (id: string) => api.get<Page<TemplateVersion>>(`/api/templates/${id}/versions`),
  uses: (id: string) => api.get<Page<TemplateUse>>(`/api/templates/${id}/uses`),
  sample: (id: string, signal?: AbortSignal) =>
    fetchFile('GET', `/api/templates/${id}/sample`, undefined, signal),
  review: (id: string, verdict: string, note: string) =>
    api.post<{ id: string }>(
      `/api/templates/${id}/reviews`,
      note ? { verdict, note } : { verdict },
    ),
  withdraw: (id: string) => api.delete<{ name: string }>(`/api/templates/${id}`),
  upload: (file: File, about: Query) =>
    upload<{ id: string }>('/api/templates', file, () => {}, undefined, about),

  ofCase: (id: string) => api.get<Page<CaseDocument>>(`/api/cases/${id}/documents`),
  interview: (id: string, template_id: string, answers: Answers) =>
    api.post<Interview>(`/api/cases/${id}/documents/interview`, { template_id, answers }),
  preview: (
    id: string,
    template_id: string,
    answers: Answers,
    notes: boolean,
    signal?: AbortSignal,
  ) =>
    fetchFile(
      'POST',
      `/api/cases/${id}/documents/preview`,
      { template_id, answers, notes },
      signal,
    ),
  make: (id: string, body: Record<string, unknown>) =>
    api.post<CaseDocument>(`/api/cases/${id}/documents`, body),

  report: (id: string, body: Record<string, unknown>, signal?: AbortSignal) =>
    fetchFile('POST', `/api/reports/${id}`, body, signal),
  save: download,
}
