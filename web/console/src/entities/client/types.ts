import type { Label } from '@/shared/api/types'

export type ClientKind = 'person' | 'company' | 'public_body'
export interface ClientItem {
  id: string
  kind: ClientKind
  name: string
  tier: string
  field?: string | null
  member: boolean
  org_id: string
  phone_hint?: string | null
  created_at: string
  updated_at: string
  version: number
  /** how a search came upon it: a former name, pinyin */
  why?: string | null
}
export interface ClientContact {
  id: string
  role?: string | null
  name: string
  phone_hint?: string | null
}
export interface ClientView extends ClientItem {
  lang: string
  email_hint?: string | null
  id_number_hint?: string | null
  bank_account_hint?: string | null
  address_hint?: string | null
  note?: string | null
  contacts: ClientContact[]
  former_names: string[]
  erased: boolean
}
export interface Conflict {
  client_id?: string | null
  name: string
  role: string
  case_id?: string | null
  number?: string | null
  why: Label
}
export interface Consent {
  id: string
  purpose: string
  scope?: string | null
  given: boolean
  channel?: string | null
  at: string
}
