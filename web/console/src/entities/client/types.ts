export type ClientKind = 'person' | 'company' | 'public_body'
export interface ClientItem {
  id: string
  kind: ClientKind
  name: string
  tier?: string | null
  member?: boolean | null
  phone_hint?: string | null
  created_at?: string
  updated_at?: string
  [key: string]: unknown
}
export interface ClientView extends ClientItem {
  contacts?: { id?: string; kind: string; name?: string; hint?: string | null }[]
  note?: string | null
}
export interface Conflict {
  client_id?: string | null
  name: string
  role: string
  case_id?: string | null
  number?: string | null
  why?: string | { zh: string; en: string } | null
}
export interface Consent {
  id: string
  purpose: string
  scope?: string | null
  given: boolean
  channel?: string | null
  at?: string
  created_at?: string
}
