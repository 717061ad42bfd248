import { beforeEach, describe, expect, it } from 'vitest'
import {
  draftKey,
  dropDraft,
  loadDraft,
  saveDraft,
  sweepDrafts,
  type Stores,
} from '@/shared/composables/drafts'

function memory(): Storage {
  const kept = new Map<string, string>()
  return new Proxy(
    {
      getItem: (k: string) => kept.get(k) ?? null,
      setItem: (k: string, v: string) => void kept.set(k, v),
      removeItem: (k: string) => void kept.delete(k),
    } as Storage,
    {
      ownKeys: () => [...kept.keys()],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    },
  )
}

const key = draftKey('7', 'intake.consultation')
const day = 86_400_000
let s: Stores

beforeEach(() => {
  s = { lasting: memory(), fleeting: memory() }
})

describe('drafts', () => {
  it('bring back what was typed', () => {
    saveDraft(key, { question: '借条', urgent: true }, new Set(), s, 1000)
    expect(loadDraft(key, s, 2000)).toEqual({
      saved_at: 1000,
      values: { question: '借条', urgent: true },
    })
  })
  it('keep sealed fields out of lasting storage (T08)', () => {
    saveDraft(key, { question: '借条', phone: '13812345678' }, new Set(['phone']), s, 1000)
    expect(s.lasting.getItem(key)).not.toContain('13812345678')
    expect(loadDraft(key, s, 2000)?.values).toEqual({ question: '借条', phone: '13812345678' })
    s.fleeting = memory()
    expect(loadDraft(key, s, 2000)?.values).toEqual({ question: '借条' })
  })
  it('are forgotten after a week', () => {
    saveDraft(key, { question: '借条' }, new Set(), s, 0)
    expect(loadDraft(key, s, 7 * day)).toBeDefined()
    expect(loadDraft(key, s, 7 * day + 1)).toBeUndefined()
    s.lasting.setItem('another', 'stays')
    sweepDrafts(s.lasting, 8 * day)
    expect(s.lasting.getItem(key)).toBeNull()
    expect(s.lasting.getItem('another')).toBe('stays')
  })
  it('go when dropped, from both places', () => {
    saveDraft(key, { a: 1, phone: 2 }, new Set(['phone']), s)
    dropDraft(key, s)
    expect(loadDraft(key, s)).toBeUndefined()
  })
  it('survive damaged storage and a full one', () => {
    s.lasting.setItem(key, '{"saved_at":')
    expect(loadDraft(key, s)).toBeUndefined()
    const full = () => {
      throw new Error('quota')
    }
    s.lasting = { getItem: () => null, setItem: full, removeItem: full } as unknown as Storage
    expect(saveDraft(key, { a: 1 }, new Set(), s)).toBe(false)
  })
  it('belong to one person', () => {
    saveDraft(key, { a: 1 }, new Set(), s)
    expect(loadDraft(draftKey('8', 'intake.consultation'), s)).toBeUndefined()
  })
})
