import type { Label } from '@/shared/api/types'

export interface Person {
  id: string
  name: string
  display_name: string
  org_id: string
  org_name: string
  roles: string[]
  skills: string[]
  languages: string[]
  presence: string
  active: boolean
  phone_hint?: string | null
  email_hint?: string | null
  totp: boolean
  password_must_change: boolean
  locked_until?: string | null
  signed_in_at?: string | null
  created_at: string
  version: number
}
export interface Role {
  name: string
  label: Label
  tier: number
  based_on: string[]
  built_in: boolean
  own: boolean
  may_give: boolean
}
export interface Org {
  id: string
  parent_id: string
  name: string
  kind: string
  active: boolean
  depth: number
  people: number
  version: number
}
export interface Grant {
  op: string
  title: string
  module: string
  method: string
  path: string
  /** what the operation's definition says */
  default: boolean
  /** what this organisation says instead; null: nothing */
  changed: boolean | null
  allow: boolean
}
