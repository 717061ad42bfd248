import { address, api, download, type Query } from '@/shared/api/client'
import type { Page } from '@/shared/api/types'
import type { LineReply } from '../line/types'
import type {
  CallItem,
  CallPop,
  CallView,
  Duty,
  DutyAlarm,
  DutyEntry,
  KeptRecording,
  PresenceEntry,
  StatisticsRow,
} from './types'

const at = (id: string) => `/api/calls/${encodeURIComponent(id)}`

export const callApi = {
  list: (query: Query, signal?: AbortSignal) =>
    api.get<Page<CallItem>>('/api/calls', query, signal),
  get: (id: string, signal?: AbortSignal) => api.get<CallView>(at(id), {}, signal),
  pop: (id: string, signal?: AbortSignal) => api.get<CallPop>(`${at(id)}/pop`, {}, signal),
  link: (id: string, case_id: string) => api.post<unknown>(`${at(id)}/link`, { case_id }),
  callBack: (id: string) => api.post<LineReply>(`${at(id)}/call_back`),
  recordingUrl: (id: string, part: number, reason: string) =>
    address(`${at(id)}/recording`, { reason, part }),
  hold: (id: string, purpose: string) => api.post<unknown>(`${at(id)}/hold`, { purpose }),
  release: (id: string, purpose: string) => api.post<unknown>(`${at(id)}/release`, { purpose }),
  recordings: (query: Query, signal?: AbortSignal) =>
    api.get<Page<KeptRecording>>('/api/recordings', query, signal),
  recordingsExport: (query: Query) => download('/api/recordings/export', query, 'recordings.xlsx'),
  destroyDue: () => api.post<{ destroyed: number; files: number }>('/api/recordings/destroy'),
  export: (query: Query) => download('/api/calls/export', query, 'calls.xlsx'),
  statistics: (query: Query, signal?: AbortSignal) =>
    api.get<Page<StatisticsRow>>('/api/calls/statistics', query, signal).then((p) => p.items),
  statisticsExport: (query: Query) =>
    download('/api/calls/statistics/export', query, 'call-statistics.xlsx'),
}

export const dutyApi = {
  list: (query: Query, signal?: AbortSignal) =>
    api.get<Page<DutyEntry>>('/api/duty', query, signal).then((p) => p.items),
  add: (entry: { day: string; person_id: string; duty: Duty; window?: string }) =>
    api.post<unknown>('/api/duty', entry),
  remove: (id: string) => api.delete(`/api/duty/${encodeURIComponent(id)}`),
  presence: (query: Query, signal?: AbortSignal) =>
    api.get<Page<PresenceEntry>>('/api/duty/presence', query, signal).then((p) => p.items),
  presenceExport: (query: Query) => download('/api/duty/presence/export', query, 'presence.xlsx'),
  allowanceExport: (query: Query) =>
    download('/api/duty/allowance/export', query, 'allowance.xlsx'),
  alarms: (query: Query, signal?: AbortSignal) =>
    api.get<Page<DutyAlarm>>('/api/duty/alarms', query, signal).then((p) => p.items),
}
