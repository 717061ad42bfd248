/** Days of a year as a grid of months, without any time zone: a day is just a date. */
export interface DayCell {
  date: string
  day: number
  /** 1 Monday … 7 Sunday */
  weekday: number
}

const pad = (n: number) => String(n).padStart(2, '0')

export function monthDays(year: number, month: number): DayCell[] {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return Array.from({ length: last }, (_, i) => {
    const weekday = new Date(Date.UTC(year, month - 1, i + 1)).getUTCDay() || 7
    return { date: `${year}-${pad(month)}-${pad(i + 1)}`, day: i + 1, weekday }
  })
}
