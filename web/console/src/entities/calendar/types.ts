import type { Label } from '@/shared/api/types'

export interface DutyWindow {
  days: number[]
  from: string
  to: string
}
export interface Calendar {
  name: string
  label: Label
  zone: string
  base?: string
  windows: DutyWindow[]
  make_up_days_run: boolean
  days_off_run?: boolean
  year_known: number[]
  own?: boolean
  source?: string | null
}
export interface CalendarDay {
  date: string
  kind: 'off' | 'work'
  label: string
  own?: boolean
}
export interface CalendarYear {
  year: number
  known: boolean
  items: CalendarDay[]
}
