import type { Label } from '@/shared/api/types'

export type FieldType =
  | 'text'
  | 'long_text'
  | 'int'
  | 'money'
  | 'bool'
  | 'date'
  | 'time'
  | 'phone'
  | 'email'
  | 'choice'
  | 'choices'
  | 'person'
  | 'client'
  | 'case'
  | 'articles'
  | 'files'

export interface Choice {
  value: string
  label: Label
}
export interface FieldDef {
  name: string
  type: FieldType
  label: Label
  required?: boolean
  sealed?: boolean
  choices?: Choice[]
  max?: number | null
  help?: Label | null
}
export interface FormEntry {
  field: string
  required?: boolean
}
export interface StateDef {
  name: string
  label: Label
  kind: 'start' | 'open' | 'wait' | 'end'
}
export interface ActionDef {
  name: string
  label: Label
  from: string[]
  to: string | null
  by: string[]
  form: FormEntry[]
  confirm?: Label | null
  primary?: boolean
}
export interface ClockDef {
  name: string
  label: Label
  within: string
  calendar: string
  source?: string | null
}
export interface ReviewDef {
  name: string
  label: Label
}
export interface ProcessSummary {
  name: string
  label: Label
  source?: string | null
  hash: string
  may_create: boolean
}
export interface ProcessDef extends ProcessSummary {
  fields: FieldDef[]
  states: StateDef[]
  actions: ActionDef[]
  create: { form: FormEntry[]; by: string[] }
  clocks: ClockDef[]
  reviews: ReviewDef[]
}
