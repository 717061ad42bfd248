import { shallowRef } from 'vue'
import { api } from '@/shared/api/client'
import type { Page } from '@/shared/api/types'
import type { ProcessDef, ProcessSummary } from './types'

/* Definitions change with a release, not within a session: fetched once. */
const list = shallowRef<ProcessSummary[]>()
const definitions = new Map<string, Promise<ProcessDef>>()

export async function processList(): Promise<ProcessSummary[]> {
  list.value ??= (await api.get<Page<ProcessSummary>>('/api/processes')).items
  return list.value
}

export function processDef(name: string): Promise<ProcessDef> {
  let p = definitions.get(name)
  if (!p) {
    p = api.get<ProcessDef>(`/api/processes/${encodeURIComponent(name)}`)
    p.catch(() => definitions.delete(name))
    definitions.set(name, p)
  }
  return p
}

export function drawingUrl(name: string, lang: string): string {
  return `/api/processes/${encodeURIComponent(name)}/drawing?lang=${lang}`
}
