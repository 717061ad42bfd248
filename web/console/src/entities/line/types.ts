import type { Label } from '@/shared/api/types'

export type LineStateName = 'away' | 'ready' | 'paused' | 'ringing' | 'talking' | 'wrap_up'
export type CallStateName =
  | 'menu'
  | 'waiting'
  | 'ringing'
  | 'dialling'
  | 'talking'
  | 'held'
  | 'lost' /* an end is gone; the exchange waits for it to come back */
  | 'voicemail'
  | 'callback'
  | 'survey'
  | 'ended'

export interface LineCall {
  id: string
  direction: 'in' | 'out' | 'callback'
  state: CallStateName
  caller?: string | null
  called?: string | null
  queue?: string | null
  client_id?: string | null
  case_id?: string | null
  lang?: string | null
  tier?: string | null
  began_at: string
  answered_at?: string | null
  operator_id?: string | null
  /** three or more people hear each other */
  conference?: boolean
  consulting?: boolean
  browser?: boolean
}
/** The person or number asked while the caller is on hold. */
export interface LineParty {
  person_id?: string | null
  name?: string | null
  state: 'talking' | 'ringing'
}
export interface LineQueue {
  name: string
  label_zh?: string | null
  label_en?: string | null
  waiting: number
  longest_wait_ms: number
}
export interface LinePause {
  name: string
  label_zh?: string | null
  label_en?: string | null
  limit_s?: number | null
}
export interface LineReply {
  state: LineStateName
  reason?: string | null
  since: string
  signed_in: boolean
  media?: 'browser' | 'phone' | null
  muted?: boolean
  call?: LineCall | null
  consult?: LineParty | null
  queues: LineQueue[]
  pauses: LinePause[]
  wrap_until?: string | null
  /** how this person takes part in somebody else's call */
  supervising?: 'listen' | 'whisper' | 'barge' | null
  /** asked by a colleague whose caller is on hold */
  consulted?: boolean
  /** the exchange is about to restart and takes no new calls */
  draining?: boolean
}
export interface LineTarget {
  person_id: string
  name: string
  state: LineStateName
  skills: string[]
}
/** Whom a call goes to: exactly one member. */
export interface Destination {
  person_id?: string
  skill?: string
  queue?: string
  number?: string
}

export interface WallQueue {
  name: string
  label_zh?: string | null
  label_en?: string | null
  waiting: number
  callbacks: number
  longest_wait_ms: number
  ready: number
  ringing: number
  talking: number
  paused: number
  wrap_up: number
}
export interface WallOperator {
  person_id: string
  name: string
  state: LineStateName
  reason?: string | null
  since: string
  call_id?: string | null
}
export type WallCall = LineCall
export interface WallToday {
  offered: number
  answered: number
  abandoned: number
  abandoned_short: number
  within: number
  level_answered?: number | null
  level_offered?: number | null
  average_wait_ms?: number | null
  average_talk_ms?: number | null
  /** answered ÷ (answered + abandoned − abandoned early) */
  connected?: number | null
  voicemails?: number
  callbacks?: number
  rating?: number | null
}
export interface WallTrunk {
  name: string
  state: string
  reason?: string | null
  calls?: number
}
export interface LineAlarm {
  id?: string
  kind: string
  subject?: string | null
  person?: string | null
  at: string
}
export interface TrunksState {
  calls: number
  phones: number
  draining?: boolean
  /** by reason: what was sent away at the door */
  refused: Record<string, number>
  trunks: WallTrunk[]
}
export interface Wall {
  at: string
  queues: WallQueue[]
  operators: WallOperator[]
  calls: WallCall[]
  today: WallToday
  trunks: TrunksState
  recordings_pending?: number
}
export interface LinePrompt {
  name: string
  lang: string
  label_zh?: string | null
  label_en?: string | null
  text: string
  recorded: boolean
  ms?: number | null
}

export function labelOf(x: { name: string; label_zh?: string | null; label_en?: string | null }) {
  return { zh: x.label_zh || x.name, en: x.label_en || x.name } satisfies Label
}
