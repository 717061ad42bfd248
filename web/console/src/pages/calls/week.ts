const day_ms = 86_400_000

/** The seven days, Monday first, of the week that holds `day`; `plus` weeks later. */
export function weekOf(day: string, plus = 0): { days: string[] } {
  const at = Date.parse(`${day}T00:00:00Z`) + plus * 7 * day_ms
  const monday = at - ((new Date(at).getUTCDay() + 6) % 7) * day_ms
  return {
    days: [0, 1, 2, 3, 4, 5, 6].map((i) =>
      new Date(monday + i * day_ms).toISOString().slice(0, 10),
    ),
  }
}
