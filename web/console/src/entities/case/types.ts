import type { Label, Ref } from '@/shared/api/types'
import type { FieldDef, FormEntry } from '../process/types'

export interface CaseItem {
  id: string
  number: string
  process: string
  process_label: Label
  title: string
  state: string
  state_label: Label
  ended: boolean
  category?: string | null
  due_at?: string | null
  due_clock?: string | null
  clock_state?: string | null
  assignee_id?: string | null
  assignee_name?: string | null
  created_at: string
  updated_at: string
  version: number
}
export interface SealedValue {
  sealed: true
  hint?: string | null
}
export type FieldValue = unknown

export interface CaseClock {
  id: string
  name: string
  label: Label
  status: string
  started_at: string
  due_at: string | null
  stopped_at?: string | null
  warn_at?: string | null
  calendar?: string | null
  source?: string | null
  counts_only_in_hours?: boolean
}
export interface PathStep {
  state: string
  label: Label
  status: 'done' | 'now' | 'next'
  at?: string | null
}
export interface CaseAction {
  name: string
  label: Label
  to?: string | null
  form: FormEntry[]
  enabled: boolean
  why?: Label | null
  primary?: boolean
  confirm?: Label | null
  /** the remark must say why */
  reason?: boolean
}
export interface Vote {
  person: Ref | string
  verdict: string
  opinion?: string | null
  at: string
}
export interface ReviewStep {
  label: Label
  role: string
  need: number
  of?: number
  open?: boolean
  votes: Vote[]
}
export interface CaseReview {
  name: string
  label: Label
  step: number
  steps: ReviewStep[]
}
export interface CaseLink {
  id: string
  number: string
  title: string
  state_label?: Label
  ended?: boolean
}
export interface TimelineEntry {
  id: string
  at: string
  kind: string
  actor?: Ref | null
  action?: string | null
  label?: Label | null
  from?: string | null
  to?: string | null
  /** what a person wrote, or a label the engine wrote */
  text?: string | Label | null
  data?: unknown
}
export interface Citation {
  id: string
  article_id: string
  law: string
  article: string
  text: string
  cited_by?: Ref | string | null
  cited_at?: string | null
}
export interface Attachment {
  id: string
  name: string
  size: number
  media_type: string
  sha256?: string
  at: string
  by?: Ref | string | null
}
export interface CaseView {
  id: string
  number: string
  process: string
  process_label?: Label
  title: string
  state: string
  state_label: Label
  ended: boolean
  version: number
  org_id: string
  org_name: string
  created_at: string
  updated_at: string
  created_by?: Ref | null
  assignee?: Ref | null
  first_asker?: Ref | null
  client_id?: string | null
  fields: Record<string, FieldValue>
  field_defs: FieldDef[]
  path: PathStep[]
  clocks: CaseClock[]
  actions: CaseAction[]
  reviews: CaseReview[]
  children: CaseLink[]
  parent?: CaseLink | null
  timeline: TimelineEntry[]
  citations: Citation[]
  attachments: Attachment[]
  editable?: string[]
}
export interface DeskTask {
  id: string
  case_id?: string | null
  title: string
  number?: string | null
  what: string | Label
  at?: string | null
}
export interface Desk {
  due: CaseItem[]
  /** cases of my roles that nobody has taken on */
  unclaimed?: CaseItem[]
  tasks: DeskTask[]
  counts: { mine: number; open: number; breached: number; today: number }
}
export interface Phrase {
  key: string
  step: string
  text: Label
  source?: string | null
}
export interface SavedView {
  id: string
  page: string
  name: string
  query: Record<string, string> | string
}
export function isSealed(v: unknown): v is SealedValue {
  return typeof v === 'object' && v !== null && (v as SealedValue).sealed === true
}
export function nameOf(r: Ref | string | null | undefined): string {
  if (!r) return ''
  return typeof r === 'string' ? r : r.name
}
