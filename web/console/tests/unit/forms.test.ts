import { describe, expect, it } from 'vitest'
import { filled, formFields, isEmpty, missing } from '@/entities/case/fields'
import { fillMessage } from '@/entities/case/messages'
import { parseYuan } from '@/entities/case/money'
import { monthDays } from '@/entities/calendar/year'
import type { FieldDef } from '@/entities/process/types'
import { excerpt, pieces } from '@/entities/statute/marks'
import { cleanQuery, listQuery } from '@/pages/cases/filters'
import { detailFor } from '@/shared/components/problems'

const label = { zh: '', en: '' }
const def = (name: string, more: Partial<FieldDef> = {}): FieldDef => ({
  name,
  type: 'text',
  label,
  ...more,
})

describe('forms from a process definition', () => {
  const defs = [def('asker'), def('question', { required: true }), def('urgent', { type: 'bool' })]
  it('follow the form, whose "required" wins', () => {
    const form = formFields(
      [
        { field: 'question', required: false },
        { field: 'asker', required: true },
        { field: 'gone' },
      ],
      defs,
    )
    expect(form.map((f) => [f.def.name, f.required])).toEqual([
      ['question', false],
      ['asker', true],
    ])
  })
  it('name what is missing; blanks say nothing, a boolean always does', () => {
    const form = formFields(
      [
        { field: 'asker', required: true },
        { field: 'urgent', required: true },
      ],
      defs,
    )
    expect(missing(form, { asker: '  ' }).map((f) => f.def.name)).toEqual(['asker'])
    expect(missing(form, { asker: '王' })).toEqual([])
  })
  it('send only what is filled in and belongs to the form', () => {
    const form = formFields([{ field: 'asker' }, { field: 'question' }], defs)
    expect(filled(form, { asker: ' 王 ', question: '', other: 1 })).toEqual({ asker: '王' })
    expect(isEmpty([])).toBe(true)
    expect(isEmpty(0)).toBe(false)
  })
})

describe('money', () => {
  it('reads yuan into fen without floating point', () => {
    expect(parseYuan('1,234.5')).toBe(123450)
    expect(parseYuan('0.07')).toBe(7)
    expect(parseYuan('-3')).toBe(-300)
    expect(parseYuan('1.005')).toBeUndefined()
    expect(parseYuan('abc')).toBeUndefined()
  })
})

describe('marks in articles', () => {
  it('cut the text', () => {
    expect(pieces('借款合同', [[0, 2]])).toEqual([
      { text: '借款', hit: true },
      { text: '合同', hit: false },
    ])
  })
  it('stand overlaps, reversed and foreign offsets', () => {
    const whole = (p: { text: string }[]) => p.map((x) => x.text).join('')
    expect(
      whole(
        pieces('abcdef', [
          [2, 4],
          [3, 5],
          [5, 2],
          [-4, 1],
          [5, 99],
        ]),
      ),
    ).toBe('abcdef')
  })
  it('show the part around the first hit', () => {
    const text = '甲'.repeat(300) + '利息' + '乙'.repeat(300)
    const out = excerpt(text, [[300, 302]], 100)
    expect(out.some((p) => p.hit && p.text === '利息')).toBe(true)
    expect(out[0].text).toBe('…')
    expect(out.map((p) => p.text).join('').length).toBeLessThanOrEqual(102)
  })
})

describe('filters of the list', () => {
  it('carry only what is known and says something', () => {
    expect(cleanQuery({ q: 'a', open: 'false', mine: 'true', evil: '1', state: '' })).toEqual({
      q: 'a',
      mine: 'true',
    })
  })
  it('turn a day into an instant of the hotline', () => {
    expect(listQuery({ due_before: '2026-05-09' }).due_before).toBe('2026-05-09T16:00:00.000Z')
    expect(listQuery({ breached: 'true' }).open).toBe('true')
    expect('breached' in listQuery({ breached: 'true' })).toBe(false)
  })
})

describe('messages', () => {
  it('fill the template and leave nothing in braces', () => {
    const m = {
      id: '1',
      at: '',
      template: 'x',
      params: { number: '咨1', due: '2026-05-09T16:40:00+08:00' },
    }
    const now = Date.parse('2026-05-09T07:20:00Z')
    expect(fillMessage('{number}将于 {due} 到期{link}', m, now, 'zh')).toBe(
      '咨1将于 今天 16:40 到期',
    )
    expect(fillMessage('', m, now, 'zh')).toBe('咨1')
  })
})

describe('problems in the reader’s language', () => {
  it('take the half that fits', () => {
    expect(detailFor('索引正在载入 / the index is being loaded', true)).toBe('索引正在载入')
    expect(detailFor('索引正在载入 / the index is being loaded', false)).toBe(
      'the index is being loaded',
    )
    expect(detailFor('is unknown here', true)).toBe('')
    expect(detailFor('is unknown here', false)).toBe('is unknown here')
  })
})

describe('a year of days', () => {
  it('has its days and weekdays', () => {
    expect(monthDays(2026, 2)).toHaveLength(28)
    expect(monthDays(2028, 2)).toHaveLength(29)
    expect(monthDays(2026, 11)[22]).toEqual({ date: '2026-11-23', day: 23, weekday: 1 })
    expect(monthDays(2026, 11)[0].weekday).toBe(7)
  })
})
