import { api } from '@/shared/api/client'
import type { Page } from '@/shared/api/types'
import type { Calendar, CalendarYear } from './types'

const at = (name: string) => `/api/calendars/${encodeURIComponent(name)}`

export const calendarApi = {
  list: () => api.get<Page<Calendar>>('/api/calendars').then((p) => p.items),
  update: (name: string, c: Record<string, unknown>) => api.put<unknown>(at(name), c),
  days: (name: string, year: number, signal?: AbortSignal) =>
    api.get<CalendarYear>(`${at(name)}/days`, { year }, signal),
  setDay: (name: string, date: string, kind: string, label: string) =>
    api.put<unknown>(`${at(name)}/days`, { date, kind, label }),
  unsetDay: (name: string, date: string) => api.delete(`${at(name)}/days/${date}`),
  knowYear: (name: string, year: number, source: string) =>
    api.put<unknown>(`${at(name)}/years/${year}`, { source }),
  due: (name: string, from: string, within: string) =>
    api.get<{ due: string; local?: string }>(`${at(name)}/due`, { from, within }),
}
