import type { Label } from '@/shared/api/types'

export interface SignedIn {
  id: string
  name: string
  display_name: string
  org_id: string
  org_name: string
  roles: string[]
  lang?: string
}
export interface MeReply {
  person: SignedIn
  csrf: string
  password_must_change: boolean
  totp: boolean
  permissions: string[]
  unread: number
}
export type Me = SignedIn & Omit<MeReply, 'person'>
export interface SessionReply {
  person: SignedIn
  csrf: string
  password_must_change: boolean
}
export interface DeviceSession {
  id: string
  created_at: string
  seen_at?: string
  ip?: string
  agent?: string | null
  current?: boolean
}
export interface SystemInfo {
  name: string
  profile: { name: string; label: { zh: string; en: string } }
  version: string
  notices: Notice[]
  zone?: string
}
export interface Notice {
  code: string
  calendar?: string
  year?: number
  text: Label
}
