const two = (n: number) => String(n).padStart(2, '0')

/** "04:12", "1:02:03": how long something has lasted. Never negative: clocks differ a little. */
export function stopwatch(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const h = Math.floor(s / 3600)
  const rest = `${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`
  return h ? `${h}:${rest}` : rest
}

/** Since an instant. */
export function lasted(since: string | null | undefined, now: number): string {
  return since ? stopwatch(now - Date.parse(since)) : '00:00'
}

/** "96.4 %"; a dash while nothing was counted. */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return '—'
  return `${(share * 100).toFixed(1)} %`
}

/** "13812345678" as "138 1234 5678"; others as they are. */
export function spaced(number: string | null | undefined): string {
  const n = number ?? ''
  return n.replace(/^(?:\+?86)?(1\d{2})([\d*]{4})(\d{4})$/, '$1 $2 $3')
}
