/** "1,234.5" (yuan) to integer fen; undefined when it is not an amount. No floating point on the way. */
export function parseYuan(text: string): number | undefined {
  const m = text.replace(/[,，\s]/g, '').match(/^(-?)(\d{1,13})(?:\.(\d{1,2}))?$/)
  if (!m) return undefined
  const fen = Number(m[2]) * 100 + Number((m[3] ?? '').padEnd(2, '0'))
  return m[1] ? -fen : fen
}
