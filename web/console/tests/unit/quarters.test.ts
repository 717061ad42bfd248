import { expect, test } from 'vitest'
import { lastQuarters } from '@/pages/documents/quarters'

test('the quarters up to a day, newest first, with their last days', () => {
  const q = lastQuarters(new Date(2024, 4, 9), 3)
  expect(q.map((p) => [p.label, p.from, p.to])).toEqual([
    ['2024 Q2', '2024-04-01', '2024-06-30'],
    ['2024 Q1', '2024-01-01', '2024-03-31'],
    ['2023 Q4', '2023-10-01', '2023-12-31'],
  ])
})
