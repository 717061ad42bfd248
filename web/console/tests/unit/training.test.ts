import { describe, expect, it } from 'vitest'
import { answerFault, linesFrom, optionsFrom } from '@/pages/training/kinds'

describe('options of a question', () => {
  it('are a line each; letters that were typed before are not doubled', () => {
    expect(optionsFrom('A. 有利息\nB．视为没有利息\n\n  其他 ')).toEqual([
      { key: 'A', text: '有利息' },
      { key: 'B', text: '视为没有利息' },
      { key: 'C', text: '其他' },
    ])
    expect(linesFrom(optionsFrom('甲\n乙'))).toBe('甲\n乙')
    expect(linesFrom(null)).toBe('')
  })
})

describe('an answer', () => {
  it.each([
    ['single', 'B', 2, ''],
    ['single', 'C', 2, 'single'],
    ['single', 'AB', 3, 'single'],
    ['multiple', 'AC', 3, ''],
    ['multiple', 'A', 3, 'multiple'],
    ['multiple', 'AA', 3, 'multiple'],
    ['judgement', 'T', 0, ''],
    ['judgement', '对', 0, 'judgement'],
    ['case', ' ', 0, 'case'],
    ['case', '要点', 0, ''],
  ])('%s %s of %i options: %s', (kind, answer, n, fault) => {
    expect(answerFault(kind, answer, n)).toBe(fault)
  })
})
