import { diffArrays, diffChars } from 'diff'
import type { LawNode } from './types'

export interface Change {
  text: string
  kind: 'same' | 'removed' | 'added'
}

/** Fewer characters than this between two changes belong to them: single characters in common read worse than a longer change. */
const SHORTEST_SAME = 2

/** What became of a text, character by character, in readable pieces. */
export function changes(before: string, after: string): Change[] {
  const out: Change[] = []
  let removed = ''
  let added = ''
  const flush = () => {
    if (removed) out.push({ text: removed, kind: 'removed' })
    if (added) out.push({ text: added, kind: 'added' })
    removed = added = ''
  }
  const parts = diffChars(before, after)
  parts.forEach((p, i) => {
    const between = i > 0 && i < parts.length - 1 && p.value.length < SHORTEST_SAME
    if (p.removed) removed += p.value
    else if (p.added) added += p.value
    else if (between && (removed || added)) {
      removed += p.value
      added += p.value
    } else {
      flush()
      out.push({ text: p.value, kind: 'same' })
    }
  })
  flush()
  return out
}

export interface Row {
  kind: 'same' | 'changed' | 'added' | 'removed' | 'renumbered'
  before?: LawNode
  after?: LawNode
}

/** How often each pair of neighbouring characters stands in a text. */
function pairsOf(text: string): Map<string, number> {
  const found = new Map<string, number>()
  for (let i = 0; i + 1 < text.length; i++) {
    const p = text.slice(i, i + 2)
    found.set(p, (found.get(p) ?? 0) + 1)
  }
  return found
}

/**
 * Share of the pairs of characters that two texts have in common (Dice), 0 … 1, for each of the first with each of the second. Only
 * texts that share a pair meet, by an index of the pairs: a code of 1,200 articles that changed throughout takes a moment, not minutes.
 */
export function likeness(first: string[], second: string[]): Float64Array[] {
  const index = new Map<string, [number, number][]>()
  second.forEach((text, j) => {
    for (const [p, n] of pairsOf(text)) {
      const at = index.get(p)
      if (at) at.push([j, n])
      else index.set(p, [[j, n]])
    }
  })
  return first.map((text) => {
    const common = new Float64Array(second.length)
    for (const [p, n] of pairsOf(text))
      for (const [j, m] of index.get(p) ?? []) common[j]! += Math.min(n, m)
    return common.map((c, j) => (2 * c) / Math.max(1, text.length - 1 + (second[j]!.length - 1)))
  })
}

const LIKE = 0.5
const SAME_NUMBER = 0.2

/** Of each earlier article the later one it became, in order: the best sum of likeness within a stretch that changed. */
function pair(before: LawNode[], after: LawNode[]): Row[] {
  const best = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  )
  const like = likeness(
    before.map((b) => b.body),
    after.map((a) => a.body),
  )
  like.forEach((row, i) =>
    row.forEach((l, j) => {
      const whole = l + (before[i]!.number === after[j]!.number ? SAME_NUMBER : 0)
      row[j] = whole >= LIKE ? whole : -1
    }),
  )
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      best[i]![j] = Math.max(
        best[i + 1]![j]!,
        best[i]![j + 1]!,
        like[i]![j]! > 0 ? like[i]![j]! + best[i + 1]![j + 1]! : 0,
      )
  const rows: Row[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    const [b, a] = [before[i], after[j]]
    if (b && a && like[i]![j]! > 0 && best[i]![j] === like[i]![j]! + best[i + 1]![j + 1]!) {
      rows.push({ kind: 'changed', before: b, after: a })
      i++
      j++
    } else if (b && (!a || best[i]![j] === best[i + 1]![j])) {
      rows.push({ kind: 'removed', before: b })
      i++
    } else {
      rows.push({ kind: 'added', after: a })
      j++
    }
  }
  return rows
}

/** Two versions of a law, article by article. An article that only got another number is told as such. */
export function compareLaws(before: LawNode[], after: LawNode[]): Row[] {
  const articles = (nodes: LawNode[]) => nodes.filter((n) => n.kind === 'article')
  const parts = diffArrays(articles(before), articles(after), {
    comparator: (a, b) => a.body === b.body,
  })
  const rows: Row[] = []
  let removed: LawNode[] = []
  let added: LawNode[] = []
  let at = 0
  const old = articles(before)
  for (const p of parts) {
    if (p.removed) {
      removed.push(...p.value)
      at += p.value.length
    } else if (p.added) added.push(...p.value)
    else {
      rows.push(...pair(removed, added))
      removed = []
      added = []
      for (const a of p.value) {
        const b = old[at++]
        rows.push({ kind: b?.number === a.number ? 'same' : 'renumbered', before: b, after: a })
      }
    }
  }
  rows.push(...pair(removed, added))
  return rows
}
