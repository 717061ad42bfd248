export const kinds = ['single', 'multiple', 'judgement', 'case'] as const

/** "一行一个" ↔ [{key: 'A', text}] */
export function optionsFrom(lines: string): { key: string; text: string }[] {
  return lines
    .split('\n')
    .map((line) => line.trim().replace(/^[A-Ha-h][.、．:：]\s*/, ''))
    .filter(Boolean)
    .slice(0, 8)
    .map((text, i) => ({ key: 'ABCDEFGH'[i], text }))
}
export function linesFrom(options: unknown): string {
  return Array.isArray(options)
    ? options.map((o: { text?: string }) => o.text ?? '').join('\n')
    : ''
}

/** What is wrong with an answer for this kind and these options; '' when nothing is. */
export function answerFault(kind: string, answer: string, n: number): string {
  const letters = [...answer.toUpperCase()]
  const known = letters.every((l) => 'ABCDEFGH'.indexOf(l) >= 0 && 'ABCDEFGH'.indexOf(l) < n)
  if (kind === 'single' && !(letters.length === 1 && known)) return 'single'
  if (
    kind === 'multiple' &&
    !(letters.length > 1 && known && new Set(letters).size === letters.length)
  )
    return 'multiple'
  if (kind === 'judgement' && answer !== 'T' && answer !== 'F') return 'judgement'
  return kind === 'case' && !answer.trim() ? 'case' : ''
}
