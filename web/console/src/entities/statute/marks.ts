export interface Piece {
  text: string
  hit: boolean
}

/** Cut a text at its marks. Overlapping, reversed or out-of-range marks do no harm. */
export function pieces(text: string, marks: readonly (readonly [number, number])[]): Piece[] {
  const out: Piece[] = []
  let at = 0
  for (const [from, to] of [...marks].sort((a, b) => a[0] - b[0])) {
    const start = Math.max(at, from)
    const end = Math.min(text.length, to)
    if (end <= start) continue
    if (start > at) out.push({ text: text.slice(at, start), hit: false })
    out.push({ text: text.slice(start, end), hit: true })
    at = end
  }
  if (at < text.length) out.push({ text: text.slice(at), hit: false })
  return out
}

/** The part of an article worth reading first: around its first mark, `length` characters. */
export function excerpt(
  text: string,
  marks: readonly (readonly [number, number])[],
  length: number,
): Piece[] {
  if (text.length <= length) return pieces(text, marks)
  const first = marks.length ? Math.min(...marks.map((m) => m[0])) : 0
  const from = first < length * 0.7 ? 0 : Math.max(0, Math.min(first - 20, text.length - length))
  const cut = text.slice(from, from + length)
  const moved = marks.map(([a, b]) => [a - from, b - from] as const)
  const out = pieces(
    cut,
    moved.filter(([a, b]) => b > 0 && a < cut.length),
  )
  if (from > 0) out.unshift({ text: '…', hit: false })
  if (from + length < text.length) out.push({ text: '…', hit: false })
  return out
}

/** A law's name as it is said: without the country's. */
export function shortLaw(title: string): string {
  return title.replace(/^中华人民共和国/, '')
}
