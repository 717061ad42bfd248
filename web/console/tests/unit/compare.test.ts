import { describe, expect, test } from 'vitest'
import { changes, compareLaws, likeness } from '@/entities/statute/compare'
import type { LawNode } from '@/entities/statute/types'

const article = (number: string, body: string): LawNode => ({
  id: number,
  kind: 'article',
  level: 0,
  number,
  body,
})
const heading = (body: string): LawNode => ({
  id: body,
  kind: 'heading',
  level: 1,
  number: null,
  body,
})

describe('changes of a text', () => {
  test('what was taken out and what came in, in reading order', () => {
    expect(changes('调解应当自愿。', '调解应当自愿、合法。')).toEqual([
      { text: '调解应当自愿', kind: 'same' },
      { text: '、合法', kind: 'added' },
      { text: '。', kind: 'same' },
    ])
  })
  test('single characters in common do not tear a change apart', () => {
    const pieces = changes('年利率不得超过百分之二十四', '年利率不得超过合同成立时四倍')
    expect(pieces.filter((p) => p.kind === 'same').map((p) => p.text)).toEqual(['年利率不得超过'])
  })
  test('both texts can be read from it', () => {
    const [before, after] = [
      '借款人未按照约定的日期、数额收取借款的',
      '借款人没有按照约定日期收取全部借款的',
    ]
    const read = (skip: string) =>
      changes(before, after)
        .filter((p) => p.kind !== skip)
        .map((p) => p.text)
        .join('')
    expect(read('added')).toBe(before)
    expect(read('removed')).toBe(after)
  })
  test('the same text has no change, an empty one is all change', () => {
    expect(changes('甲乙', '甲乙')).toEqual([{ text: '甲乙', kind: 'same' }])
    expect(changes('', '甲乙')).toEqual([{ text: '甲乙', kind: 'added' }])
    expect(changes('', '')).toEqual([])
  })
})

describe('two versions of a law', () => {
  const old = [
    heading('第一章'),
    article('第一条', '为了规范民间借贷，制定本法。'),
    article('第二条', '借款合同应当采用书面形式，自然人之间另有约定的除外。'),
    article('第三条', '借款人应当按照约定的期限返还借款。'),
    article('第四条', '本法自2010年1月1日起施行。'),
  ]
  const kinds = (after: LawNode[]) =>
    compareLaws(old, after).map((r) => [r.kind, r.before?.number, r.after?.number])

  test('an article put in between: the later ones are only renumbered, the last is changed', () => {
    const after = [
      old[1]!,
      old[2]!,
      article('第三条', '出借人不得预先在本金中扣除利息。'),
      article('第四条', '借款人应当按照约定的期限返还借款。'),
      article('第五条', '本法自2024年9月1日起施行。'),
    ]
    expect(kinds(after)).toEqual([
      ['same', '第一条', '第一条'],
      ['same', '第二条', '第二条'],
      ['added', undefined, '第三条'],
      ['renumbered', '第三条', '第四条'],
      ['changed', '第四条', '第五条'],
    ])
  })
  test('an article taken out, another rewritten', () => {
    const after = [
      old[1]!,
      article('第二条', '借款人应当按照约定的期限和方式返还借款。'),
      article('第三条', '本法自2010年1月1日起施行。'),
    ]
    expect(kinds(after)).toEqual([
      ['same', '第一条', '第一条'],
      ['removed', '第二条', undefined],
      ['changed', '第三条', '第二条'],
      ['renumbered', '第四条', '第三条'],
    ])
  })
  test('nothing changed; nothing there', () => {
    expect(kinds(old).every(([k]) => k === 'same')).toBe(true)
    expect(compareLaws([], [])).toEqual([])
  })
})

test('likeness counts pairs of characters', () => {
  expect(likeness(['借款合同'], ['借款合同', '劳动争议', '借款合意'])[0]).toEqual(
    Float64Array.of(1, 0, 2 / 3),
  )
  expect(likeness(['', '款'], ['', '借款'])).toEqual([Float64Array.of(0, 0), Float64Array.of(0, 0)])
})

test('a code of 1,200 articles, each of them changed and moved on by one', () => {
  const subjects = ['债权人', '债务人', '保证人', '抵押人', '出借人', '借款人', '受托人']
  const body = (i: number) =>
    `第${i * 7919}项${subjects[i % 7]}应当在${i}日内向${subjects[(i * 3 + 1) % 7]}书面说明情况${i * 31}，逾期的承担${i * 17}元。`
  const numbers = Array.from({ length: 1200 }, (_, i) => i)
  const before = numbers.map((i) => article(String(i), body(i)))
  const after = [
    article('0', '全新的一条'),
    ...numbers.map((i) => article(String(i + 1), body(i) + '法律另有规定的除外。')),
  ]
  const rows = compareLaws(before, after)
  expect(rows.filter((r) => r.kind === 'added').map((r) => r.after?.body)).toEqual(['全新的一条'])
  const changed = rows.filter((r) => r.kind === 'changed')
  expect(changed.length).toBe(1200)
  for (const r of changed) expect(r.after?.body.startsWith(r.before!.body)).toBe(true)
})
