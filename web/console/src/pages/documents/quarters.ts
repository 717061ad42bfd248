export interface Period {
  label: string
  from: string
  to: string
}

const two = (n: number) => String(n).padStart(2, '0')
const lastDay = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** The quarter a day is in, and those before it. */
export function lastQuarters(day: Date, n: number): Period[] {
  const now = day.getFullYear() * 4 + Math.floor(day.getMonth() / 3)
  return Array.from({ length: n }, (_, i) => {
    const year = Math.floor((now - i) / 4)
    const q = (now - i) % 4
    const last = q * 3 + 3
    return {
      label: `${year} Q${q + 1}`,
      from: `${year}-${two(q * 3 + 1)}-01`,
      to: `${year}-${two(last)}-${lastDay(year, last)}`,
    }
  })
}
