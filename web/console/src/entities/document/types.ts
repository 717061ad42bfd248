import type { Label } from '@/shared/api/types'
import type { Choice } from '../process/types'

export type TemplateState = 'draft' | 'reviewed' | 'rejected'

export interface TemplateItem {
  id: string
  name: string
  title: Label
  kind: string
  format: 'md' | 'docx'
  state: TemplateState
  uses: number
  at: string
}

export interface TemplateField {
  name: string
  type: string
  label: Label
  help: Label | null
  required: boolean
  sealed: boolean
  max: number
  choices: Choice[]
  columns: TemplateField[]
}

export interface Citation {
  law: string
  article: string
  note: number
  article_id: string | null
  text: string | null
  /** null: no statutes are loaded that could tell */
  found: boolean | null
}

export interface TemplateView extends Omit<TemplateItem, 'uses'> {
  hash: string
  in_force: boolean
  own: boolean
  uploaded: boolean
  report: boolean
  text: string
  fields: TemplateField[]
  notes: string[]
  citations: Citation[]
  reviews: { verdict: string; note: string | null; at: string; person: string; org: string }[]
}

export interface TemplateVersion {
  id: string
  hash: string
  state: TemplateState
  in_force: boolean
  at: string
  uses: number
}

export interface TemplateUse {
  id: string
  at: string
  person: string | null
  case_id: string
  number: string
}

export interface InterviewField extends TemplateField {
  asked: boolean
  known: boolean
  missing: boolean
  source: string | null
  hint: string | null
  value: unknown
}

export interface Interview {
  template_id: string
  title: Label
  state: TemplateState
  format: 'md' | 'docx'
  missing: number
  fields: InterviewField[]
}

export interface CaseDocument {
  id: string
  title: string
  template_id: string
  hash: string
  pages: number | null
  pdf_id: string | null
  docx_id: string | null
  at: string
  person: string | null
}

export type Answers = Record<string, unknown>
export const templateKinds = [
  'contract',
  'mandate',
  'letter',
  'pleading',
  'application',
  'opinion',
  'certificate',
  'rules',
  'report',
] as const
