/** One call as the lists show it. */
export interface CallItem {
  id: string
  direction: 'in' | 'out' | 'callback'
  hotline?: string
  outcome: string
  caller_hint?: string | null
  called?: string | null
  queue?: string | null
  trunk?: string | null
  browser?: boolean
  operator_id?: string | null
  operator_name?: string | null
  client_id?: string | null
  case_id?: string | null
  callback_of?: string | null
  called_back_by?: string | null
  lang?: string | null
  began_at: string
  queued_at?: string | null
  rang_at?: string | null
  answered_at?: string | null
  ended_at?: string | null
  hold_ms?: number
  wrap_ms?: number
  rating?: number | null
  refused?: number
  transfers?: number
  end_reason?: string | null
  disposition?: string | null
  /** how many parts of a recording there are */
  recordings: number
}
export interface CallEvent {
  id: string
  at: string
  kind: string
  person_id?: string | null
  person?: string | null
  data?: Record<string, unknown> | string | number | null
}
export interface Recording {
  id: string
  part: number
  media_type: string
  began_at: string
  length_ms: number
  lost_ms: number
  after_crash?: boolean
  keep_until?: string
  held?: boolean
  destroyed_at?: string | null
}
/** A recording by its retention: due soon, under a legal hold, destroyed. */
export interface KeptRecording {
  id: string
  call_id: string
  part: number
  hotline: string
  caller_hint?: string | null
  operator_name?: string | null
  case_number?: string | null
  began_at: string
  length_ms: number
  sha256: string
  keep_until: string
  held: boolean
  hold_purpose?: string | null
  hold_by?: string | null
  hold_at?: string | null
  destroyed_at?: string | null
}
export interface CallView extends CallItem {
  events: CallEvent[]
  parts: Recording[]
}
/** What the person who answers needs at once. */
export interface CallPop {
  id: string
  client_id?: string | null
  case_id?: string | null
  open_case_id?: string | null
  lang?: string | null
  queue?: string | null
  phone?: string | null
  earlier_calls: number
}
export type Duty = 'line' | 'voicemail'
export interface DutyEntry {
  id: string
  day: string
  person_id: string
  person_name: string
  duty: Duty
  window?: string | null
}
/** A person's day on the line; without in_at: on the roster, and never came. */
export interface PresenceEntry {
  person_id: string
  person_name: string
  day: string
  rostered: boolean
  in_at?: string | null
  out_at?: string | null
  state?: string | null
  signed_in_ms: number
  ready_ms: number
  talking_ms: number
  wrap_ms: number
  paused_ms: number
  pauses: Record<string, number>
  long_pauses: number
  left_posts: number
  not_taken: number
  answered: number
}
export interface DutyAlarm {
  id: string
  at: string
  kind: string
  person_id?: string | null
  person?: string | null
  subject?: string | null
  over_at?: string | null
}
export interface StatisticsRow {
  period: string
  hotline?: string | null
  queue?: string | null
  operator_id?: string | null
  operator_name?: string | null
  offered: number
  answered: number
  abandoned: number
  abandoned_short: number
  within: number
  level_answered?: number | null
  level_offered?: number | null
  average_wait_ms?: number | null
  average_talk_ms?: number | null
  average_wrap_ms?: number | null
  voicemails: number
  callbacks: number
  ratings: number
  rating?: number | null
}
